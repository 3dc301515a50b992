// Written for old versions of Node too: it has to run there to say so.

const floor = [20, 19];

/** What is wrong with this Node, in one sentence; undefined when it is new enough. */
export function nodeProblem(version = process.versions.node) {
  const parts = version.split('.').map(Number);
  const isOld = parts[0] < floor[0] || (parts[0] === floor[0] && parts[1] < floor[1]);
  return isOld
    ? `Telltale needs Node ${floor.join('.')} or newer, this is ${version}: install a newer one from nodejs.org.`
    : undefined;
}
