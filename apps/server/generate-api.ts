import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiDocument, withRoutes } from './src/api-page/page.ts';
import { readConfig } from './src/config.ts';
import { startService } from './src/service.ts';

// Writes the routes into docs/api.md, as the service itself tells them: npm run api -w apps/server
const home = mkdtempSync(join(tmpdir(), 'telltale-api-'));
const config = { ...readConfig({ TELLTALE_HOME: home, TELLTALE_OTLP_PORT: 'off' }, home), port: 0 };
const service = await startService(config, { version: '0', root: home, print: console.error });
const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as ApiDocument;
await service.close(1000);
rmSync(home, { recursive: true, force: true });

const file = join(import.meta.dirname, '../../docs/api.md');
writeFileSync(file, withRoutes(readFileSync(file, 'utf8'), document));
