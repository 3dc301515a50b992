// Reads the body, answers: what Hono on @hono/node-server alone costs.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerUsage } from './serve.mjs';

// The packages are those of apps/server.
const { resolve } = createRequire(join(import.meta.dirname, '../../apps/server/package.json'));
const { Hono } = await import(pathToFileURL(resolve('hono')));
const { serve } = await import(pathToFileURL(resolve('@hono/node-server')));

const app = new Hono();
app.post('/ingest/hook', async (context) => {
  await context.req.arrayBuffer();
  return context.body(null, 200);
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ port }));
answerUsage();
