import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopback, readConfig } from './config.ts';
import { ownFolder } from './own-folder.ts';
import { startService } from './service.ts';

// The only file with effects at load: reads the environment, starts the service, ends with it.

const root = join(ownFolder, '../..');
/** How long open requests may take to finish after SIGTERM. */
const drainMs = 3000;
/** Whatever hangs, a stop is over by then. */
const stopMs = 8000;

// What sessions hold is for this user alone: the database, and whatever else is written.
process.umask(0o077);

try {
  const config = readConfig(process.env);
  const service = await startService(config, {
    version: readVersion(),
    root,
    print: (line) => console.error(`telltale: ${line}`),
  });
  const address = isLoopback(config.host) ? service.url : config.publicUrl;
  // Hooks send to port 4000 unless they are told otherwise.
  const elsewhere = config.port === 4000 ? '' : ` --url ${address}`;
  console.log(
    `Telltale is running: ${address}\nConnect a project: npm run connect -- <folder of the project>${elsewhere}`,
  );

  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => end(`could not stop within ${stopMs / 1000} s`), stopMs).unref();
    service.close(drainMs).then(
      () => process.exit(0),
      (error: unknown) => end(`could not stop cleanly after ${signal}: ${sentenceOf(error)}`),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
} catch (error) {
  end(sentenceOf(error));
}

/** One sentence, no stack trace: whoever reads it runs the service, they do not write it. */
function end(sentence: string): never {
  console.error(`telltale: ${sentence}`);
  process.exit(1);
}

function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ownFolder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
