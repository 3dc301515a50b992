import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRejection, parseHook } from '@telltale/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patientPage } from './patient-page.ts';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';

let folder: string;
let store: SqliteStore;
const count = 12_000;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-patient-'));
  store = createSqliteStore({ file: join(folder, 'telltale.db'), compresses: false });
  const records = Array.from({ length: count }, (_, index) => {
    const rare = index % 4000 === 0;
    const payload = { session_id: 's', hook_event_name: 'Stop', note: rare ? 'needle' : 'hay' };
    const event = parseHook(payload, { id: `id-${index}`, receivedAt: '2026-11-21T09:00:00.000Z' });
    if (isRejection(event)) throw new Error(event.rejected);
    return { event, payloadText: JSON.stringify(payload) };
  });
  await store.append(records);
  await store.compressNow({ keepFresh: 3000 });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('patientPage', () => {
  it.each(['asc', 'desc'] as const)('finds the same as one long look, %s', async (order) => {
    for (const limit of [1, 2, 3, 10]) {
      const query = { order, limit, text: 'needle', now: 0 };
      const whole = store.events(query);
      const patient = await patientPage(store, query);
      expect(patient.items).toEqual(whole.items);
      expect(patient.items.length).toBe(Math.min(limit, 3));
    }
  });

  it('gives others their turn, and says where to go on when its time is over', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    const none = await patientPage(store, { order: 'desc', limit: 10, text: 'nowhere', now: 0 });
    clearInterval(timer);
    expect(none).toEqual({ items: [], next: null });
    expect(turns).toBeGreaterThan(0);
    const short = await patientPage(store, { order: 'desc', limit: 10, text: 'needle', now: 0 }, -1);
    expect(short.items.map(({ seq }) => seq)).toEqual([8001]);
    expect(short.next).toBe(count - 5000 + 1);
  });
});
