import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from './sqlite-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-kill-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const script = join(import.meta.dirname, '../../fixtures/durability-child.ts');

/** Appends in a child process that is killed without warning; answers the ids that it acknowledged. */
async function appendUntilKilled(
  mode: 'killed' | 'killed-after-ack' | 'killed-after-early-ack',
  run: number,
): Promise<string[]> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=telltale-source', '--import', 'tsx', script, join(folder, 'telltale.db'), mode, String(run)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let told = '';
  const isUnderWay = new Promise<void>((resolve) => {
    child.stdout?.on('data', (data: Buffer) => {
      told += data.toString();
      if (mode === 'killed' && told.length > 4000) resolve();
    });
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await Promise.race([isUnderWay, closed]);
  await new Promise((resolve) => setTimeout(resolve, (run * 7) % 30));
  child.kill('SIGKILL');
  await closed;
  // The last line may be half written: half an acknowledgement is none.
  return told.slice(0, told.lastIndexOf('\n')).split('\n').filter(Boolean);
}

async function storedIds(): Promise<Set<string>> {
  const store = createSqliteStore({ file: join(folder, 'telltale.db'), compresses: false });
  const ids: string[] = [];
  for (let after = 0; ; ) {
    const page = store.events({ after, order: 'asc', limit: 1000, now: 0 });
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) break;
    after = page.next;
  }
  expect(store.stats().events).toBe(ids.length);
  expect(new Set(ids).size).toBe(ids.length);
  await store.close();
  return new Set(ids);
}

describe('a store whose process is killed', () => {
  it('holds every event that it acknowledged, once, after each of several kills', async () => {
    const acknowledged: string[] = [];
    for (let run = 0; run < 4; run += 1) {
      acknowledged.push(...(await appendUntilKilled('killed', run)));
      const stored = await storedIds();
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThan(200);
  });

  it('holds what it acknowledged a moment before', async () => {
    const acknowledged = await appendUntilKilled('killed-after-ack', 1);
    const stored = await storedIds();
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(200);
  });

  it('would lose events if it acknowledged before COMMIT: the control', async () => {
    const acknowledged = await appendUntilKilled('killed-after-early-ack', 2);
    const stored = await storedIds();
    expect(acknowledged.filter((id) => !stored.has(id)).length).toBe(20);
  });
});
