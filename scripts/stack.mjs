// npm run stack: the native stack (collector, Prometheus, Loki, event service) with the shipped configuration, on free
// loopback ports and in a temporary folder. Prints its addresses as one line of JSON when all is ready; SIGTERM ends it.
// package.json says `exec`: npm's signal would end the shell between them, and leave this process alone.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** @param {string} line */
const say = (line) => console.error(`stack: ${line}`); // the addresses are alone on stdout

const problem = await prepare(root, say);
if (problem) {
  say(problem);
  process.exit(1);
}

// Only now: tsx is one of the packages that may just have been installed.
const { tsImport } = await import('tsx/esm/api');
/** @type {Promise<import('../test/stack/stack.ts').Stack>} */
const starting = tsImport('../test/stack/stack.ts', import.meta.url).then(({ createStack }) => createStack());

let isEnding = false;
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, async () => {
    if (isEnding) return; // once is enough, and the parts hear Ctrl-C themselves
    isEnding = true;
    await starting.then((stack) => stack.stop()).catch((error) => say(String(error)));
    process.exit();
  });
}

try {
  const { otlp, prometheus, loki, telltale } = await starting;
  if (!isEnding) console.log(JSON.stringify({ otlp, prometheus, loki, telltale }));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
