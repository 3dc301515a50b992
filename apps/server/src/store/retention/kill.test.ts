import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { halfGone } from '../../../fixtures/half-gone.ts';
import { hookRecord, testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';

const day = 24 * 60 * 60_000;
const nowMs = Date.UTC(2026, 10, 21, 9);
const stores = testStores({ now: () => nowMs });
const script = join(import.meta.dirname, '../../../fixtures/pruning-child.ts');
const sessions = Array.from({ length: 3 }, (_, n) => `s-${n}`);
const perSession = 2000;

async function fill(file: string): Promise<void> {
  const store = stores.open({ file });
  for (const [index, id] of sessions.entries()) {
    const at = (n: number) => new Date(nowMs - (30 - index) * day + n * 1000).toISOString();
    const records = Array.from({ length: perSession }, (_, n) =>
      hookRecord(
        {
          ...{
            session_id: id,
            hook_event_name: n === 0 ? 'UserPromptSubmit' : 'PostToolUse',
            prompt: `prompt of ${id}`,
          },
          ...{
            tool_name: 'Bash',
            tool_use_id: `${id}-${n}`,
            tool_input: {},
            tool_response: { stdout: `${n} `.repeat(200) },
          },
        },
        { id: `${id}-${n}`, receivedAt: at(n) },
      ),
    );
    for (let from = 0; from < records.length; from += 500) await store.append(records.slice(from, from + 500));
    const lines = Array.from({ length: 1200 }, (_, n) => {
      const text = JSON.stringify({
        type: 'user',
        uuid: `${id}-u${n}`,
        timestamp: at(n),
        message: { content: `${n}` },
      });
      return { text, bytes: text.length + 1 };
    });
    await store.appendTranscript({ sessionId: id, lines });
  }
  await store.compressNow();
  await store.close();
}

/** Lets a child prune until so many of its commits have left a part half gone; how the child ended. */
async function pruneUntilKilled(file: string, halves: number): Promise<string | null> {
  const child = spawn(
    process.execPath,
    ['--conditions=telltale-source', '--import', 'tsx', script, file, String(nowMs), String(halves)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
}

/** Rows that belong to nothing, and whether anything is left of what is said to be gone. */
function lookInside(file: string) {
  const database = openConnection(file, { readonly: true });
  const count = (sql: string) => database.prepare<[], number>(`SELECT count(*) FROM ${sql}`).pluck().get() ?? 0;
  const found = {
    orphans:
      count('batches WHERE no NOT IN (SELECT batch FROM event_log)') +
      count('event_log WHERE batch NOT IN (SELECT no FROM batches)') +
      count('transcript_chunks WHERE no NOT IN (SELECT chunk FROM transcript_entries)') +
      count('transcript_entries WHERE chunk NOT IN (SELECT no FROM transcript_chunks)'),
    halfGone: database.prepare<[], number>(halfGone).pluck().get() ?? 0,
    whole: database.pragma('integrity_check', { simple: true }),
  };
  database.close();
  return found;
}

it('leaves no half of anything when it is killed in the middle, and goes on where it was', async () => {
  const full = join(stores.folder(), 'full.db');
  await fill(full);
  // Transcripts go before events; both in several steps of each session.
  for (const halves of [1, 5, 11, 17, 26]) {
    const file = join(stores.folder(), `run-${halves}.db`);
    cpSync(full, file);
    expect(await pruneUntilKilled(file, halves)).toBe('SIGKILL');
    expect(lookInside(file)).toEqual({ orphans: 0, halfGone: 1, whole: 'ok' });

    const store = stores.open({ file });
    const told = store.sessions({ limit: 10, now: nowMs }).items;
    expect(told.map(({ id, prompts, tools }) => [id, prompts, tools]).sort()).toEqual(
      sessions.map((id) => [id, 1, perSession - 1]),
    );
    const seqs = store.events({ order: 'asc', limit: 1000, now: nowMs }).items;
    expect(seqs.every(({ payload }) => payload !== undefined)).toBe(true);
    await store.prune({ resultsDays: 1, transcriptsDays: 1, eventsDays: 1 });
    expect(store.stats().events).toBe(0);
    expect(store.sessions({ limit: 10, now: nowMs }).items.map(({ pruned }) => pruned)).toEqual(
      sessions.map(() => ['results', 'transcript', 'events']),
    );
    await store.close();
    expect(lookInside(file)).toEqual({ orphans: 0, halfGone: 0, whole: 'ok' });
  }
}, 300_000);
