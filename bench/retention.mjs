import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIngest } from '../apps/server/dist/ingest.js';
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
    // An event is not in before it is indexed and compressed, and its call taken.
    const cameUs =
      appendUs +
      (await spent(async () => {
        await store.compressNow();
        await store.takeCallsNow();
      })) /
        events;
    await store.close();
    const before = statSync(file).size;
    const again = await openStore(file, { indexes: false });
    const resultUs = (await spent(() => again.prune({ resultsDays: 30 }))) / events;
    const wentUs = (await spent(() => again.prune({ eventsDays: 30 }))) / events;
    const left = again.stats().events;
    const { sessions } = again.stats();
    await again.close();
    const words = await uniqueWords(join(folder, 'words.db'), quick ? 3 : 10);
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
      ...words,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const hexBytes = 1_100_000;

/** Sessions of random words, none of which comes twice: what an index of words likes least. */
async function uniqueWords(file, sessions) {
  const store = await openStore(file);
  const ingest = createIngest({ store, publish() {} });
  const startMs = Date.now() - 90 * 86_400_000;
  const camePerSession =
    (await spent(async () => {
      for (let session = 0; session < sessions; session += 1) await appendHex(ingest, `hex-${session}`, startMs);
      await store.compressNow();
      await store.takeCallsNow();
      await store.indexNow();
    })) / sessions;
  const before = statSync(file).size;
  const longest = longestHold();
  const wentPerSession = (await spent(() => store.prune({ eventsDays: 30 }))) / sessions;
  const heldMs = longest.stop();
  const { last } = await store.retention({});
  await store.close();
  const ratio = camePerSession / wentPerSession;
  return [
    {
      what: 'sessions of 1.1 MB of random words let go ÷ taken in, with the index of the search',
      value: ratio.toFixed(1),
      goal: '≥ 1',
      met: ratio >= 1 && last.freedBytes > before / 2,
      detail: `${(wentPerSession / 1000).toFixed(0)} ms beside ${(camePerSession / 1000).toFixed(0)} ms; ${(last.freedBytes / 1e6).toFixed(1)} of ${(before / 1e6).toFixed(1)} MB freed; nobody else had a turn for ${heldMs.toFixed(0)} ms at most`,
    },
  ];
}

async function appendHex(ingest, session, startMs) {
  const crowd = [];
  for (let bytes = 0; bytes < hexBytes; ) {
    const words = Array.from({ length: 240 }, () => randomBytes(16).toString('hex')).join(' ');
    bytes += words.length;
    const at = new Date(startMs + bytes).toISOString();
    const body = {
      ...{ session_id: session, hook_event_name: 'PostToolUse', cwd: '/home/dev/shop', tool_name: 'Bash' },
      ...{ tool_use_id: randomUUID(), tool_input: { command: 'dump' }, tool_response: { stdout: words } },
    };
    const context = { id: randomUUID(), at, receivedAt: at, app: 'shop', origin: { install: 'project', pid: 1 } };
    crowd.push(ingest.hook(Buffer.from(JSON.stringify(body)), context));
  }
  await Promise.all(crowd);
}

/** How long the main thread was held at a time, at most. */
function longestHold() {
  let [longest, last, isOver] = [0, performance.now(), false];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop() {
      isOver = true;
      return longest;
    },
  };
}

/** Microseconds of the processor. */
async function spent(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
