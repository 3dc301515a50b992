// npm start: installs when the lockfile changed, builds when the sources changed, then is the service.
// No dependencies: it runs before there are any.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';
import { readStartArguments, startHelp } from './start-help.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** By its address: what is built is not there when types are checked. */
const service = new URL('../apps/server/dist/bundle/main.js', import.meta.url);

const asked = readStartArguments(process.argv.slice(2));
if ('problem' in asked) fail(asked.problem);
else if (asked.does === 'help') process.stdout.write(startHelp);
else {
  const problem = await prepare(root, (line) => console.log(`telltale: ${line}`));
  if (problem !== undefined) fail(problem);
  if (asked.does === 'start') await import(service.href);
}

/** @param {string} problem */
function fail(problem) {
  console.error(`telltale: ${problem}`);
  process.exit(1);
}
