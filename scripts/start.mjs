// npm start: installs when the lockfile changed, builds when the sources changed, then is the service.
// No dependencies: it runs before there are any.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const problem = await prepare(root, (line) => console.log(`telltale: ${line}`));
if (problem !== undefined) {
  console.error(`telltale: ${problem}`);
  process.exit(1);
}
if (!process.argv.includes('--build-only')) await import('../apps/server/dist/main.js');
