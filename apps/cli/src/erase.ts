import { eventPageSchema, type Session, transcriptPageSchema } from '@telltale/core';
import { searchAnswerSchema } from '@telltale/core/search-view';
import { Problem } from './problem.ts';
import type { Service } from './service.ts';

/** A session's index is taken apart word by word, which takes a while where it is long. */
const deletionMs = 600_000;
/** Not each word is one that the search has. */
const triesPerProbe = 4;

/** Words that the search finds in a session: what proves afterwards that it finds them no more. */
export async function findProbes(service: Service, { id }: Session, most: number): Promise<string[]> {
  const found: string[] = [];
  for (const word of (await wordsOf(service, id)).slice(0, most * triesPerProbe)) {
    if (found.length >= most) break;
    if ((await hitsOf(service, word, id)) > 0) found.push(word);
  }
  return found;
}

/** What is still there of a session, in words; nothing where it is gone. */
export async function leftOf(service: Service, id: string, probes: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  const at = encodeURIComponent(id);
  const session = await service.ask(`/api/sessions/${at}`);
  if (session.status !== 404) left.push('the session itself');
  const { events } = await service.get(`/api/events?session=${at}&limit=1`, eventPageSchema);
  if (events.length > 0) left.push('events');
  const { entries } = await service.get(`/api/sessions/${at}/transcript?limit=1`, transcriptPageSchema);
  if (entries.length > 0) left.push('lines of its transcript');
  for (const word of probes) if ((await hitsOf(service, word, id)) > 0) left.push(`"${word}" in the search`);
  return left;
}

async function hitsOf(service: Service, word: string, session: string): Promise<number> {
  const query = new URLSearchParams({ q: `"${word}"`, session, limit: '1' });
  return (await service.get(`/api/search?${query}`, searchAnswerSchema)).total.hits;
}

/** The longest words of what was said and done, each once: they tell a session from others. */
async function wordsOf(service: Service, id: string): Promise<string[]> {
  const at = encodeURIComponent(id);
  const { events } = await service.get(`/api/events?session=${at}&limit=500`, eventPageSchema);
  const { entries } = await service.get(`/api/sessions/${at}/transcript?limit=500`, transcriptPageSchema);
  // First what is read, then what the client tells beside it: much of that is no text that the search has.
  const read = longest([...events.map(({ summary }) => summary), ...stringsIn(entries)]);
  return [...new Set([...read, ...longest(stringsIn(events.map(({ payload }) => payload)))])];
}

function longest(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => text.match(/\p{L}{5,24}/gu) ?? []);
  return [...new Set(words.map((word) => word.toLowerCase()))].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

export async function deleteSession(service: Service, id: string): Promise<boolean> {
  return service.delete(`/api/sessions/${encodeURIComponent(id)}`, deletionMs);
}

/** What Loki made of the wish to delete the log lines of sessions. */
export type LokiAnswer = { taken: number } | { refused: string };

/** Loki wants a time of ten digits or so; there was no Claude Code before. */
const beforeAll = '2020-01-01T00:00:00Z';

/** Loki keeps a session's id beside each line; it takes such a wish where `deletion_mode` allows it. */
export async function eraseFromLoki(url: string, ids: readonly string[]): Promise<LokiAnswer> {
  let taken = 0;
  for (const id of ids) {
    const query = new URLSearchParams({ query: lokiQuery(id), start: beforeAll });
    const answer = await fetch(`${url.replace(/\/+$/, '')}/loki/api/v1/delete?${query}`, {
      ...{ method: 'POST', signal: AbortSignal.timeout(30_000) },
    }).catch((error: unknown) => {
      const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
      throw new Problem(`No Loki at ${url}${cause?.code ? ` (${cause.code})` : ''}.`);
    });
    if (!answer.ok) return { refused: `${answer.status} ${(await answer.text()).trim().slice(0, 200)}` };
    taken++;
  }
  return { taken };
}

export function lokiQuery(id: string): string {
  return `{service_name=~".+"} | session_id=${JSON.stringify(id)}`;
}
