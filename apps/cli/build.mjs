// One file with everything it needs, so that the command runs from a clone and from a packed tarball alike.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ?? here('dist');
const { version } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

rmSync(out, { recursive: true, force: true });
await build({
  ...{ entryPoints: [here('src/main.ts')], outfile: `${out}/telltale.mjs` },
  ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', legalComments: 'none' },
  conditions: ['telltale-source'],
  define: { 'process.env.TELLTALE_CLI_VERSION': JSON.stringify(version) },
  // Native: its own package, where it is installed. The other two are faster parts of ws, which does without.
  external: ['better-sqlite3', 'bufferutil', 'utf-8-validate'],
  // What is CommonJS among the bundled asks for Node's modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
// The scripts that `setup` installs.
cpSync(here('../../hooks/.claude/hooks/telltale'), `${out}/hooks`, { recursive: true });
