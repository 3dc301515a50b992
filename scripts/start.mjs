// npm start: installs when the lockfile changed, builds when the sources changed, then is the service.
// No dependencies: it runs before there are any.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProblem } from './node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string | undefined} problem */
function stopAt(problem) {
  if (problem === undefined) return;
  console.error(`telltale: ${problem}`);
  process.exit(1);
}

stopAt(nodeProblem());
// Behind the check, because old versions cannot read them.
const { installIfNeeded } = await import('./install.mjs');
const { buildIfNeeded } = await import('./build.mjs');
const { oneAtATime } = await import('./one-at-a-time.mjs');
/** @param {string} line */
const say = (line) => console.log(`telltale: ${line}`);

stopAt(oneAtATime(root, say, () => installIfNeeded(root, say) ?? buildIfNeeded(root, say)));
if (!process.argv.includes('--build-only')) await import('../apps/server/dist/main.js');
