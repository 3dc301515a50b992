// Written for old versions of Node too: it has to run there to say so.

const floor = { major: 20, minor: 19 };

/** What is wrong with this Node, in one sentence; undefined when it is new enough. */
export function nodeProblem(version = process.versions.node) {
  const major = Number(version.split('.')[0]);
  const minor = Number(version.split('.')[1]);
  const isOld = major < floor.major || (major === floor.major && minor < floor.minor);
  return isOld
    ? `Telltale needs Node ${floor.major}.${floor.minor} or newer, this is ${version}: install a newer one from nodejs.org.`
    : undefined;
}
