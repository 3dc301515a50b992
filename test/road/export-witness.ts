import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordsOnWire, type ToldRecord } from './wire-reader.ts';

/** Stands between a client's exporter and the service: remembers what was posted, and passes it on. */
export interface ExportWitness {
  url: string;
  posts: { path: string; type: string; status: number; ms: number }[];
  /** Log records as they were posted, each as often as it was. */
  records: ToldRecord[];
  close(): Promise<void>;
}

export interface WitnessOptions {
  /** How many of the answers get lost after the service has given them: every nth. */
  dropsEvery?: number;
}

export async function createExportWitness(
  target: string,
  { dropsEvery = Number.POSITIVE_INFINITY }: WitnessOptions = {},
): Promise<ExportWitness> {
  const posts: ExportWitness['posts'] = [];
  const records: ToldRecord[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [path, type] = [request.url ?? '', request.headers['content-type'] ?? ''];
    if (path === '/v1/logs') records.push(...(type.includes('json') ? recordsInJson(body) : recordsOnWire(body)));
    const started = performance.now();
    const answer = await fetch(target + path, { method: 'POST', headers: { 'content-type': type }, body }).catch(
      () => undefined, // the service is gone
    );
    const text = Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0));
    posts.push({ path, type, status: answer?.status ?? 0, ms: performance.now() - started });
    if (!answer) request.socket.destroy();
    // A status that a client posts again for, as if the answer had been lost on the way.
    else if (posts.length % dropsEvery === 0) response.writeHead(503, { 'retry-after': '0' }).end();
    else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? type }).end(text);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts, records },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

interface JsonLogs {
  resourceLogs: { scopeLogs: { logRecords: JsonRecord[] }[] }[];
}

interface JsonRecord {
  timeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

function recordsInJson(body: Buffer): ToldRecord[] {
  const { resourceLogs } = JSON.parse(body.toString('utf8')) as JsonLogs;
  const all = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
  return all.map(({ timeUnixNano, attributes }) => {
    const textOf = (name: string) => {
      const [value] = Object.values(attributes.find(({ key }) => key === name)?.value ?? {});
      return String(value);
    };
    const [name, session] = [textOf('event.name'), textOf('session.id')];
    return { name, session, sequence: textOf('event.sequence'), time: timeUnixNano };
  });
}
