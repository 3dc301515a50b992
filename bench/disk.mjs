import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, openStore } from './fill.mjs';

/** Bytes on disk per event: the whole file, with all tables and indexes, after the background work is done. */
export async function disk({ print, quick }) {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
  try {
    const file = join(folder, 'telltale.db');
    const store = await openStore(file);
    const events = quick ? 20_000 : 100_000;
    const { medianBytes, meanBytes } = await append(store, events);
    await store.compressNow({ keepFresh: 2000 });
    await store.close();
    const perEvent = statSync(file).size / events;
    print(`  ${events} events, bodies of ${medianBytes} bytes in the median, ${Math.round(meanBytes)} on average`);
    return [
      {
        what: 'bytes on disk per event, all tables and indexes',
        value: `${Math.round(perEvent)}`,
        goal: '≤ 1200',
        met: perEvent <= 1200,
        detail: `bodies: median ${medianBytes}, mean ${Math.round(meanBytes)}`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
