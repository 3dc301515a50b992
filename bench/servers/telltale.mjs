// The whole service as `npm start` runs it, on a free port.
import { join } from 'node:path';
import { readConfig } from '../../apps/server/dist/bundle/config.js';
import { startService } from '../../apps/server/dist/bundle/service.js';
import { answerUsage } from './serve.mjs';

const config = readConfig(
  { TELLTALE_HOME: process.env.BENCH_FOLDER, TELLTALE_OTLP_PORT: 'off' },
  process.env.BENCH_FOLDER,
);
const service = await startService(
  { ...config, port: 0 },
  { version: 'bench', root: join(import.meta.dirname, '../..'), print: (line) => console.error(line) },
);
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await service.close(1000);
  process.exit(0);
});
answerUsage();
process.send({ port: service.port });
