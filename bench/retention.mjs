import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, openStore } from './fill.mjs';

/**
 * How fast what is old goes, beside how fast it came: both through the same store, by the processor's time, so that
 * what else the machine does counts little. And how much of the disk is given back.
 */
export async function retention({ print, quick }) {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'));
  try {
    const file = join(folder, 'telltale.db');
    const events = quick ? 20_000 : 100_000;
    const store = await openStore(file, { indexes: false });
    const startMs = Date.now() - 90 * 86_400_000;
    const appendUs = (await spent(() => append(store, events, { startMs }))) / events;
    // An event is not in before it is indexed and compressed.
    const cameUs = appendUs + (await spent(() => store.compressNow())) / events;
    await store.close();
    const before = statSync(file).size;
    const again = await openStore(file, { indexes: false });
    const resultUs = (await spent(() => again.prune({ resultsDays: 30 }))) / events;
    const wentUs = (await spent(() => again.prune({ eventsDays: 30 }))) / events;
    const left = again.stats().events;
    const { sessions } = again.stats();
    await again.close();
    const after = statSync(file).size;
    print(`  ${events} events of ${sessions} sessions came at ${cameUs.toFixed(0)} µs each; ${left} are left`);
    const ratio = cameUs / wentUs;
    return [
      {
        what: 'events let go ÷ events taken in, per time of the processor',
        value: ratio.toFixed(1),
        goal: '≥ 1',
        met: ratio >= 1 && left === 0,
        detail: `${wentUs.toFixed(0)} µs beside ${cameUs.toFixed(0)} µs`,
      },
      {
        what: 'the same of tool results, which are packed anew',
        value: (cameUs / resultUs).toFixed(1),
        goal: '',
        detail: `${resultUs.toFixed(0)} µs per event of the session`,
      },
      {
        what: 'share of the file that goes back to the disk',
        value: (1 - after / before).toFixed(2),
        goal: '≥ 0.9',
        met: after <= before * 0.1,
        detail: `${(before / 1e6).toFixed(0)} MB → ${(after / 1e6).toFixed(1)} MB`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Microseconds of the processor. */
async function spent(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
