import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session, TranscriptEntry } from '@telltale/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entriesOf, eventsOf, sessionsOf, transcriptScenarios } from '../../../../packages/core/fixtures/transcript.ts';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';
import type { TranscriptChunk } from './store.ts';

/** One thing that is sent, any number of times. */
type Delivery = (store: SqliteStore) => Promise<unknown>;

interface Recorded {
  id: string;
  /** Each may come at any time. */
  events: Delivery[];
  /** Each file's chunks come in its order. */
  files: Delivery[][];
  lastMs: number;
}

const linesPerChunk = 5;

const recorded = transcriptScenarios.flatMap((scenario) =>
  sessionsOf(scenario).map((id): Recorded => {
    const events = eventsOf(scenario, id);
    const entries = entriesOf(scenario, id);
    const agents = [...new Set(entries.map(({ agentId }) => agentId))];
    const times = [...events, ...entries].flatMap(({ at }) => (at === undefined ? [] : [Date.parse(at)]));
    return {
      id,
      events: events.map(({ seq: _, ...event }) => {
        const payload = event.payload ?? {};
        const payloadText = JSON.stringify(payload);
        return (store) => store.append([{ event: { ...event, payload }, payloadText }]);
      }),
      files: agents.map((agentId) => deliveriesOf(entries.filter((entry) => entry.agentId === agentId))),
      lastMs: Math.max(...times),
    };
  }),
);

/** As the sender does it: asks what is lacking, and sends that. */
function deliveriesOf(entries: readonly TranscriptEntry[]): Delivery[] {
  const { sessionId = '', agentId } = entries[0] ?? {};
  let size = 0;
  const lines = entries.map(({ line }) => {
    const text = JSON.stringify(line);
    const bytes = Buffer.byteLength(text) + 1;
    size += bytes;
    return { text, bytes, end: size };
  });
  const file = { sessionId, head: `1-${size}`, size, ...(agentId !== undefined && { agentId }) };
  return Array.from({ length: Math.ceil(lines.length / linesPerChunk) }, (_, n) => (store: SqliteStore) => {
    const offset = store.transcriptOffset(file);
    const lacking = lines.slice(0, (n + 1) * linesPerChunk).filter(({ end }) => end > offset);
    const chunk: TranscriptChunk = { ...file, offset, lines: lacking };
    return store.appendTranscript(chunk);
  });
}

/** Numbers that depend on a seed alone. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** All of it in a random order, some of it twice. */
function shuffled({ events, files }: Recorded, roll: (below: number) => number): Delivery[] {
  const loose = [...events, ...events.filter(() => roll(5) === 0)];
  const order: Delivery[] = [];
  while (loose.length > 0) order.push(...loose.splice(roll(loose.length), 1));
  for (const file of files) {
    // A place for each chunk, in order; a chunk that came is sent again now and then.
    const sent = file.flatMap((chunk) => (roll(4) === 0 ? [chunk, chunk] : [chunk]));
    const places = sent.map(() => roll(order.length + 1)).sort((a, b) => b - a);
    for (const [index, place] of places.entries()) order.splice(place, 0, ...sent.slice(-1 - index).slice(0, 1));
  }
  return order;
}

const open = (folder: string) =>
  createSqliteStore({
    file: join(folder, 'telltale.db'),
    compresses: false,
    onProblem(problem, error) {
      throw new Error(problem, { cause: error });
    },
  });

/** While it runs, just after, and long after; `seq` is the order of arrival, so events are named instead. */
function told(store: SqliteStore, { id, lastMs }: Recorded): unknown[] {
  const named = <T extends { seq?: number | undefined }>({ seq, ...rest }: T) => ({
    ...rest,
    event: seq === undefined ? undefined : store.event(seq)?.id,
  });
  const whole = (session: Session | undefined) =>
    session && {
      ...session,
      trouble: session.trouble.map((one) => (one.kind === 'lost' ? { ...one, seq: 0 } : named(one))),
      waiting: session.waiting.map(named),
    };
  return [0, 60_000, 40 * 60_000, 48 * 3_600_000].map((ms) => whole(store.session(id, lastMs + ms)));
}

/** What is told after all of it, again after a restart, and whatever was `expected` before it, too. */
async function deliver(
  session: Recorded,
  order: readonly Delivery[],
  { isRestart = () => false, expected }: { isRestart?: () => boolean; expected?: unknown[] } = {},
): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-deliveries-'));
  let store = open(folder);
  try {
    for (const delivery of order) {
      await delivery(store);
      if (!isRestart()) continue;
      await store.close();
      store = open(folder);
    }
    // A fold that was dear is made again a little later.
    if (expected) await expect.poll(() => told(store, session), { timeout: 30_000 }).toEqual(expected);
    await store.close();
    store = open(folder);
    return told(store, session);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

it('tells the same session however its events and its transcript came', async () => {
  const all = [...recorded, ...recorded.map((session) => ({ ...session, events: [] }))];
  const inOrder = new Map<Recorded, unknown[]>();
  for (const session of all) inOrder.set(session, await deliver(session, [...session.events, ...session.files.flat()]));
  for (const answers of inOrder.values()) expect(answers).not.toContain(undefined);

  const run = fc.record({ number: fc.nat(all.length - 1), seed: fc.integer() });
  await fc.assert(
    fc.asyncProperty(run, async ({ number, seed }) => {
      const session = all[number];
      if (!session) return;
      const roll = dice(seed);
      const expected = inOrder.get(session) ?? [];
      const answers = await deliver(session, shuffled(session, roll), { isRestart: () => roll(25) === 0, expected });
      expect(answers).toEqual(expected);
    }),
    { numRuns: 40 },
  );
}, 300_000);
