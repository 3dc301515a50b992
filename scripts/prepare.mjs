// Written for old versions of Node too, as far as the check of it: the rest comes behind, because they cannot read it.
import { nodeProblem } from './node-version.mjs';

/**
 * Installs and builds what is needed, one process of this folder after the other.
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {{ needsBuild?: boolean, parts?: readonly string[] }} [options]  needsBuild: false where the sources are enough
 * @returns {Promise<string | undefined>} what went wrong
 */
export async function prepare(root, say, options) {
  const problem = nodeProblem();
  if (problem !== undefined) return problem;
  const needsBuild = options === undefined || options.needsBuild !== false;
  const { installIfNeeded } = await import('./install.mjs');
  const { buildIfNeeded } = await import('./build.mjs');
  const { oneAtATime } = await import('./one-at-a-time.mjs');
  return oneAtATime(root, say, () => {
    const failed = installIfNeeded(root, say);
    if (failed !== undefined || !needsBuild) return failed;
    return buildIfNeeded(root, say, options === undefined ? undefined : options.parts);
  });
}
