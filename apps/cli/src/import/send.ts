import { setTimeout as sleep } from 'node:timers/promises';
import { cksum, read } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { cutChunk, readLine } from '@telltale/hooks/.claude/hooks/telltale/transcripts.mjs';
import { Problem } from '../problem.ts';
import { refusalOf, type Service } from '../service.ts';
import type { FoundFile } from './find.ts';

/** So often it is asked again where it has too much to do. */
const maxTries = 30;

/**
 * Sends what the service lacks of a transcript, by the way that hooks take, and answers how many bytes that were. What
 * is here of a longer copy of the same file stays as it is.
 */
export async function sendTranscript(file: FoundFile, service: Service, app?: string): Promise<number> {
  const { path, sessionId, agentId = '', bytes: size } = file;
  const firstLine = readLine(path, 0);
  if (!firstLine) return 0;
  const target = `/ingest/transcript?session=${sessionId}&agent=${agentId}&head=${cksum(firstLine)}-${firstLine.length}`;
  // A header's values are UTF-8 on the wire; fetch wants a character per byte.
  const headers = app === undefined ? {} : { 'telltale-app': Buffer.from(app).toString('latin1') };
  const post = (query: string, body: NonNullable<RequestInit['body']>, type: string) =>
    patiently(service, target + query, { method: 'POST', body, headers: { ...headers, 'content-type': type } });

  let sent = 0;
  for (let offset = await offsetIn(await patiently(service, target), service.url); offset < size; ) {
    const chunk = cutChunk(path, offset, size);
    // Its last line is still being written.
    if (!chunk) break;
    const response = await post(`&offset=${offset}`, new Uint8Array(chunk), 'application/x-ndjson');
    const next = response.status === 409 ? await offsetIn(response, service.url) : offset + chunk.length;
    if (next <= offset) throw new Problem(`${service.url} wants other bytes of it, again and again.`);
    if (response.status !== 409) sent += chunk.length;
    offset = next;
  }
  const meta = agentId === '' ? undefined : read(path.replace(/\.jsonl$/, '.meta.json'));
  if (meta !== undefined) await post('&meta=1', meta, 'application/json');
  return sent;
}

/** Its answer, later where it is busy; a refusal in words. */
async function patiently(service: Service, path: string, init?: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await service.ask(path, init);
    if (response.ok || response.status === 409) return response;
    const json = await response.json().catch(() => undefined);
    const isBusy = response.status === 429 || response.status === 503;
    if (!isBusy || tries === maxTries) throw new Problem(refusalOf(response.status, json, service.url));
    await sleep(1000);
  }
}

async function offsetIn(response: Response, url: string): Promise<number> {
  const text = (await response.text()).trim();
  if (/^\d+$/.test(text)) return Number(text);
  throw new Problem(`${url} answers with something else: is it Telltale, and of this version?`);
}
