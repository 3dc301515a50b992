// npm run dev: the service with reload behind Vite's server, both from the sources.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pagePort = process.env.TELLTALE_DEV_PORT ?? '5173';

const problem = await prepare(root, (line) => console.log(`dev: ${line}`), { needsBuild: false });
if (problem) {
  console.error(`dev: ${problem}`);
  process.exit(1);
}

const env = {
  ...process.env,
  TELLTALE_URL: process.env.TELLTALE_URL || `http://127.0.0.1:${process.env.TELLTALE_PORT || 4000}`,
  // The page comes from Vite's server, so its requests name that as their origin.
  TELLTALE_DEV_ORIGINS: `http://localhost:${pagePort},http://127.0.0.1:${pagePort}`,
};
const service = ['node_modules/tsx/dist/cli.mjs', 'watch', '--conditions=telltale-source', 'apps/server/src/main.ts'];
const page = ['../../node_modules/vite/bin/vite.js', '--host', '127.0.0.1', '--port', pagePort, '--strictPort'];

const children = [
  spawn(process.execPath, service, { cwd: root, env, stdio: 'inherit' }),
  spawn(process.execPath, page, { cwd: join(root, 'apps/client'), env, stdio: 'inherit' }),
];

/** @param {number} code */
function end(code) {
  for (const child of children) child.kill('SIGTERM');
  process.exitCode = code;
}
for (const child of children) child.once('exit', (code) => end(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => end(0));
