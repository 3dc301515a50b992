import { join } from 'node:path';
import type { LiveMessage, NewEvent, TelltaleEvent } from '@telltale/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testFolder, until } from '../../fixtures/test-service.ts';
import { createSqliteStore, type SqliteStoreOptions } from '../store/sqlite-store.ts';
import { createHub, type HubOptions } from './hub.ts';
import type { Peer } from './viewer.ts';

const t0 = Date.parse('2026-11-21T10:00:00Z');

function event(id: string, more: Partial<NewEvent> = {}): NewEvent {
  const payload = { hook_event_name: 'Stop', session_id: 's-1', ...more.payload };
  const at = new Date(t0).toISOString();
  return { id, source: 'hook', name: 'Stop', sessionId: 's-1', app: 'shop', at, summary: id, ...more, payload };
}

function stage(options: Partial<HubOptions> = {}, known: Partial<SqliteStoreOptions> = {}) {
  const store = createSqliteStore({ file: join(testFolder(), 'telltale.db'), compresses: false, ...known });
  const hub = createHub({ store, version: '1', batchMs: 5, sessionsMs: 10, beatMs: 20, now: () => t0, ...options });
  onTestFinished(async () => {
    hub.close();
    await store.close();
  });
  const append = async (...events: NewEvent[]): Promise<TelltaleEvent[]> => {
    const results = await store.append(events.map((one) => ({ event: one, payloadText: JSON.stringify(one.payload) })));
    return results.flatMap((result) => ('stored' in result ? [result.stored] : []));
  };
  return { store, hub, append };
}

/** A far end that keeps what it is sent; `backlogBytes` is the test's to set. */
function listener() {
  const messages: LiveMessage[] = [];
  const frames: Buffer[] = [];
  const peer: Peer & { backlogBytes: number; isEnded: boolean } = {
    backlogBytes: 0,
    isEnded: false,
    send(frame: Buffer) {
      frames.push(frame);
      messages.push(JSON.parse(frame.toString()));
    },
    end() {
      peer.isEnded = true;
    },
  };
  const events = () => messages.flatMap((message) => ('events' in message ? message.events : []));
  const seqs = () => events().map(({ seq }) => seq);
  const upTo = () => messages.reduce((last, message) => ('upTo' in message ? message.upTo : last), -1);
  const skipped = () => messages.flatMap((message) => ('skipped' in message ? [message.skipped] : []));
  return { peer, messages, frames, events, seqs, upTo, skipped };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const many = (count: number, prefix = 'e') => range(1, count).map((n) => event(`${prefix}${n}`));

describe('a subscription', () => {
  it('begins with hello and the last 200 events, oldest first', async () => {
    const { hub, store, append } = stage();
    await append(...many(250));
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    expect(viewer.messages[0]).toMatchObject({ hello: { store: store.id, seq: 250, version: '1', timeZone: 'UTC' } });
    expect([viewer.seqs(), viewer.upTo()]).toEqual([range(51, 250), 250]);
  });

  it('begins with 200 events that make a row of their own, and all notes of the client between them', async () => {
    const { hub, store, append } = stage();
    const notes = (count: number, prefix: string) =>
      range(1, count).map((n) => event(`${prefix}${n}`, { source: 'otel', name: 'hook_registered' }));
    await append(...many(100, 'before'), ...notes(20, 'm'), ...many(200, 'e'));
    for (let from = 0; from < 5000; from += 500) await append(...notes(500, `n${from}-`));
    for (const keepFresh of [9999, 3000, 0]) {
      await store.compressNow({ keepFresh });
      const viewer = listener();
      hub.join(viewer.peer).subscribe({});
      await until(() => expect(viewer.upTo()).toBe(5320));
      expect(viewer.seqs()).toEqual(range(121, 5320));
      const filtered = listener();
      hub.join(filtered.peer).subscribe({ filter: 'app:shop' });
      await until(() => expect(filtered.upTo()).toBe(5320));
      expect(filtered.seqs()).toEqual(range(121, 5320));
    }
  });

  it('does not look back without end: past 8,000 events the page asks for more by itself', async () => {
    const { hub, append } = stage();
    await append(event('e1'));
    for (let from = 0; from < 9000; from += 1000) {
      await append(...range(1, 1000).map((n) => event(`${from}-${n}`, { source: 'otel', name: 'plugin_loaded' })));
    }
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    await until(() => expect(viewer.upTo()).toBe(9001));
    expect(viewer.seqs()).toEqual(range(1002, 9001));
  });

  it('replays everything behind its cursor in pages, then tells what comes, without a gap or a double', async () => {
    const { hub, append } = stage();
    await append(...many(1200));
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ after: 100 });
    // Stored while the replay is at its pages, published late and out of order.
    const [first = [], second = []] = [await append(...many(20, 'f')), await append(...many(20, 'g'))];
    hub.publish(second);
    hub.publish(first);
    await until(() => expect(viewer.upTo()).toBe(1240));
    expect(viewer.seqs()).toEqual(range(101, 1240));
  });

  it('tells what was stored but never published', async () => {
    const { hub, append } = stage();
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    await append(...many(5));
    hub.publish(await append(event('last')));
    await until(() => expect(viewer.upTo()).toBe(6));
    expect(viewer.seqs()).toEqual(range(1, 6));
  });

  it('is replaced by a second one', async () => {
    const { hub, append } = stage();
    await append(...many(3), event('other', { sessionId: 's-2' }));
    const viewer = listener();
    const seat = hub.join(viewer.peer);
    seat.subscribe({ after: 0 });
    seat.subscribe({ after: 0, filter: 'session:s-2' });
    await until(() => expect(viewer.upTo()).toBe(4));
    hub.publish(await append(event('e9'), event('e10', { sessionId: 's-2' })));
    await until(() => expect(viewer.seqs().at(-1)).toBe(6));
    expect(viewer.seqs().slice(-2)).toEqual([4, 6]);
  });

  it('goes on as it was when a filter cannot be read', async () => {
    const { hub, append } = stage();
    const viewer = listener();
    const seat = hub.join(viewer.peer);
    seat.subscribe({});
    expect(seat.subscribe({ filter: 'is:nonsense' })).toEqual({
      error: expect.stringMatching(/^there is no is:nonsense/i),
    });
    hub.publish(await append(event('e1')));
    await until(() => expect(viewer.seqs()).toEqual([1]));
  });

  it('starts over where its cursor is of a database that was replaced', async () => {
    const { hub, append } = stage();
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ after: 9000 });
    hub.publish(await append(event('e1')));
    await until(() => expect(viewer.seqs()).toEqual([1]));
  });

  it('ends the line when the store cannot be read', async () => {
    const { hub, store } = stage();
    const viewer = listener();
    const broken = vi.spyOn(store, 'events').mockImplementation(() => {
      throw new Error('disk I/O error');
    });
    hub.join(viewer.peer).subscribe({ after: 0 });
    await until(() => expect(viewer.peer.isEnded).toBe(true));
    broken.mockRestore();
  });
});

describe('a filter', () => {
  it('is asked of words, fields and of the session, and moves its cursor on where nothing fits', async () => {
    const { hub, append } = stage();
    const [words, field, session] = [listener(), listener(), listener()];
    hub.join(words.peer).subscribe({ filter: '"needle in"' });
    hub.join(field.peer).subscribe({ filter: 'tool:Bash' });
    hub.join(session.peer).subscribe({ filter: 'is:working' });
    const prompt = event('p', { name: 'UserPromptSubmit', payload: { prompt: 'Needle in hay' } });
    hub.publish(await append(event('a'), prompt, event('b', { toolName: 'Bash', sessionId: 's-2' })));
    await until(() => expect([words.upTo(), field.upTo(), session.upTo()]).toEqual([3, 3, 3]));
    expect(words.seqs()).toEqual([2]);
    expect(field.seqs()).toEqual([3]);
    expect(session.seqs()).toEqual([1, 2]);
  });
});

describe('a filter that few events pass', () => {
  const needle = (id: string) => event(id, { name: 'UserPromptSubmit', payload: { prompt: 'the needle' } });

  it('looks back in turns, and misses nothing that comes meanwhile', async () => {
    const { hub, append } = stage();
    await append(needle('first'), ...many(12_000));
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ filter: '"needle"' });
    expect(viewer.upTo()).toBe(-1);
    hub.publish(await append(needle('meanwhile')));
    await until(() => expect([viewer.seqs(), viewer.upTo()]).toEqual([[1, 12_002], 12_002]));
  });

  it('is replayed in turns, too, and moves its cursor on with each', async () => {
    const { hub, append } = stage();
    await append(...many(12_000), needle('last'));
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ after: 0, filter: '"needle"' });
    expect([viewer.seqs(), viewer.upTo()]).toEqual([[], 5000]);
    await until(() => expect([viewer.seqs(), viewer.upTo()]).toEqual([[12_001], 12_001]));
  });
});

describe('frames', () => {
  it('are made once for all viewers that want the same', async () => {
    const { hub, append } = stage();
    const viewers = range(1, 50).map(() => listener());
    for (const [index, { peer }] of viewers.entries()) {
      hub.join(peer).subscribe(index % 2 === 0 ? {} : { filter: 'app:shop' });
    }
    hub.publish(await append(...many(10)));
    await until(() => expect(viewers.every((viewer) => viewer.upTo() === 10)).toBe(true));
    const frames = new Set(viewers.map(({ frames }) => frames.find((frame) => frame.includes('"seq":10'))));
    expect(frames.size).toBe(2);
  });

  it('leave payloads above 8 kB out and say their size, in replay and tail alike', async () => {
    const { hub, append } = stage();
    const viewer = listener();
    const big = (id: string) => event(id, { payload: { text: 'ä'.repeat(5000) } });
    await append(big('replayed'));
    hub.join(viewer.peer).subscribe({ after: 0 });
    hub.publish(await append(big('tailed')));
    await until(() => expect(viewer.seqs()).toEqual([1, 2]));
    const sizes = viewer.events().map(({ payload, payloadBytes }) => [payload, payloadBytes]);
    const bytes = Buffer.byteLength(JSON.stringify(big('x').payload));
    expect(sizes).toEqual([
      [undefined, bytes],
      [undefined, bytes],
    ]);
  });
});

describe('a slow viewer', () => {
  it('is told what it was not sent, and goes on once it has drained', async () => {
    const { hub, append } = stage({ maxBacklogBytes: 1000 });
    const [slow, quick] = [listener(), listener()];
    for (const { peer } of [slow, quick]) hub.join(peer).subscribe({});
    const tell = async (prefix: string) => {
      const stored = await append(...many(10, prefix));
      hub.publish(stored);
      await until(() => expect(quick.upTo()).toBe(stored.at(-1)?.seq));
    };
    await tell('a');
    slow.peer.backlogBytes = 1001;
    await tell('b');
    await tell('c');
    slow.peer.backlogBytes = 250;
    await tell('d');
    await until(() => expect(slow.upTo()).toBe(40));
    expect(slow.skipped()).toEqual([{ from: 11, to: 30 }]);
    expect(slow.seqs()).toEqual([...range(1, 10), ...range(31, 40)]);
    expect(quick.seqs()).toEqual(range(1, 40));
  });

  it('is told so also when nothing more happens', async () => {
    const { hub, append } = stage({ maxBacklogBytes: 1000 });
    const slow = listener();
    hub.join(slow.peer).subscribe({});
    slow.peer.backlogBytes = 1001;
    hub.publish(await append(...many(3)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(slow.skipped()).toEqual([]);
    slow.peer.backlogBytes = 0;
    await until(() => expect([slow.skipped(), slow.upTo()]).toEqual([[{ from: 1, to: 3 }], 3]));
  });

  it('is replayed no faster than it reads, and not without end', async () => {
    const { hub, append } = stage({ maxBacklogBytes: 1000, maxReplayEvents: 1000 });
    await append(...many(2300));
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ after: 0 });
    viewer.peer.backlogBytes = 999;
    await until(() => expect(viewer.seqs()).toEqual(range(1, 500)));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(viewer.seqs()).toEqual(range(1, 500));
    viewer.peer.backlogBytes = 0;
    await until(() => expect(viewer.skipped()).toEqual([{ from: 1001, to: 2300 }]));
    hub.publish(await append(event('next')));
    await until(() => expect(viewer.seqs()).toEqual([...range(1, 1000), 2301]));
  });
});

describe('sessions', () => {
  const sessionsIn = ({ messages }: ReturnType<typeof listener>) =>
    messages.flatMap((message) => ('sessions' in message ? message.sessions : []));

  it('are told when an event changed them, once for many events', async () => {
    const { hub, append } = stage({ sessionsMs: 40 });
    const viewer = listener();
    hub.join(viewer.peer).subscribe({ filter: 'app:another' });
    hub.publish(await append(...many(20), event('x', { sessionId: 's-2' })));
    await until(() => expect(sessionsIn(viewer).map(({ id }) => id)).toEqual(['s-1', 's-2']));
  });

  it('are told when time alone changed them', async () => {
    let time = t0;
    const { hub, append } = stage({ now: () => time });
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    hub.publish(await append(event('p', { name: 'UserPromptSubmit', payload: { prompt: 'go' } })));
    await until(() => expect(sessionsIn(viewer).at(-1)).toMatchObject({ state: 'working' }));
    time += 16 * 60_000;
    await until(() => expect(sessionsIn(viewer).at(-1)).toMatchObject({ state: 'lost', group: 'trouble' }));
  });

  it('are told when their process is gone, to a filter of states, too', async () => {
    let isGone = false;
    const { hub, append } = stage({}, { processGone: () => isGone });
    const [viewer, ofLost] = [listener(), listener()];
    hub.join(viewer.peer).subscribe({});
    hub.join(ofLost.peer).subscribe({ filter: 'is:lost' });
    const prompt = event('p', { name: 'UserPromptSubmit', payload: { prompt: 'go' } });
    hub.publish(await append(prompt));
    await until(() => expect(sessionsIn(viewer).at(-1)).toMatchObject({ state: 'working' }));
    isGone = true;
    await until(() => expect(sessionsIn(viewer).at(-1)).toMatchObject({ state: 'lost', group: 'trouble' }));
    expect(ofLost.events()).toEqual([]);
    const again = listener();
    hub.join(again.peer).subscribe({ filter: 'is:lost' });
    expect(again.seqs()).toEqual([1]);
  });

  it('are told when another session changed them: its edit of the same file, its end before a /clear', async () => {
    const { hub, append } = stage();
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    const last = (id: string) => sessionsIn(viewer).findLast((session) => session.id === id);
    const payload = { tool_input: { file_path: '/home/dev/shop/cart.ts' } };
    const edit = (sessionId: string): NewEvent =>
      event(`edit-${sessionId}`, { sessionId, name: 'PostToolUse', toolName: 'Edit', payload });
    hub.publish(await append(edit('s-1')));
    await until(() => expect(last('s-1')?.trouble).toEqual([]));
    hub.publish(await append(edit('s-2')));
    await until(() => expect(last('s-1')?.trouble).toMatchObject([{ kind: 'edit-conflict' }]));

    const start = { cwd: '/home/dev/shop', source: 'clear' };
    hub.publish(await append(event('start', { sessionId: 's-4', name: 'SessionStart', payload: start })));
    await until(() => expect(last('s-4')).toMatchObject({ startSource: 'clear' }));
    const end = { cwd: '/home/dev/shop', reason: 'clear' };
    hub.publish(await append(event('end', { sessionId: 's-3', name: 'SessionEnd', payload: end })));
    await until(() => expect(last('s-4')).toMatchObject({ parentSessionId: 's-3' }));
  });

  it('are told at once when a wait can no longer be sure that it is one', async () => {
    let time = t0;
    const { hub, append } = stage({ now: () => time, beatMs: 60_000 });
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    const payload = { tool_name: 'Bash', tool_input: { command: 'rm -rf dist' } };
    const call = event('c', { name: 'PreToolUse', toolName: 'Bash', toolUseId: 't1', payload });
    hub.publish(await append(call, event('p', { name: 'PermissionRequest', toolName: 'Bash', payload })));
    await until(() => expect(sessionsIn(viewer).at(-1)?.waiting).toMatchObject([{ mayBeRunning: false }]));
    time += 5_000;
    await until(() => expect(sessionsIn(viewer).at(-1)?.waiting).toMatchObject([{ mayBeRunning: true }]));
  });

  it('are told when they were deleted', () => {
    const { hub } = stage();
    const viewer = listener();
    hub.join(viewer.peer);
    hub.deleted(['s-1']);
    expect(viewer.messages.at(-1)).toEqual({ deleted: ['s-1'] });
  });

  it('are told when they were deleted behind their last events, not before', async () => {
    const { hub, append } = stage({ sessionsMs: 60_000, beatMs: 60_000 });
    const viewer = listener();
    hub.join(viewer.peer).subscribe({});
    hub.publish(await append(event('e1')));
    hub.deleted(['s-1']);
    expect(viewer.messages.slice(-2)).toMatchObject([{ events: [{ seq: 1 }], upTo: 1 }, { deleted: ['s-1'] }]);
  });
});

it('shows that the line is alive', async () => {
  const { hub, append } = stage();
  await append(event('e1'));
  const viewer = listener();
  hub.join(viewer.peer).subscribe({});
  await until(() => expect(viewer.messages.at(-1)).toEqual({ events: [], upTo: 1 }));
});

it('takes a body of very many events when nobody looks', async () => {
  const { hub, append } = stage();
  const [first] = await append(event('e1'));
  if (!first) throw new Error('it was not stored');
  const copies = range(1, 200_000).map((seq) => ({ ...first, seq }));
  expect(() => hub.publish(copies)).not.toThrow();
});

it('sends nothing more to who has left', async () => {
  const { hub, append } = stage();
  const viewer = listener();
  const seat = hub.join(viewer.peer);
  seat.subscribe({});
  seat.leave();
  const before = viewer.messages.length;
  hub.publish(await append(event('e1')));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect([viewer.messages.length, hub.viewers]).toEqual([before, 0]);
});

describe('what fails for one viewer', () => {
  it('ends that line only, and is reported', async () => {
    const problems: unknown[] = [];
    const { hub, append } = stage({ onProblem: (error) => problems.push(error) });
    const [bad, good] = [listener(), listener()];
    for (const { peer } of [bad, good]) hub.join(peer).subscribe({});
    bad.peer.send = () => {
      throw new Error('broken pipe');
    };
    hub.publish(await append(event('e1')));
    await until(() => expect(good.seqs()).toEqual([1]));
    expect([bad.peer.isEnded, good.peer.isEnded]).toEqual([true, false]);
    expect(problems).toContainEqual(new Error('broken pipe'));
  });

  it('is answered where it subscribes', async () => {
    const { hub, store } = stage();
    const viewer = listener();
    const seat = hub.join(viewer.peer);
    const broken = vi.spyOn(store, 'events').mockImplementation(() => {
      throw new Error('Expression tree is too large');
    });
    const asked = { filter: 'app:shop' };
    expect(seat.subscribe(asked)).toEqual({ error: 'the events could not be read; try a simpler filter' });
    broken.mockRestore();
    expect(seat.subscribe(asked)).toBeUndefined();
  });
});

it('owes a slow viewer the sessions that changed meanwhile, and tells it at once of deleted ones', async () => {
  const { hub, store, append } = stage({ maxBacklogBytes: 1000 });
  const slow = listener();
  hub.join(slow.peer).subscribe({});
  slow.peer.backlogBytes = 1001;
  hub.publish(await append(event('a'), event('b', { sessionId: 's-2' })));
  await new Promise((resolve) => setTimeout(resolve, 40));
  await store.deleteSession('s-2');
  hub.deleted(['s-2']);
  const about = () => slow.messages.filter((message) => 'sessions' in message || 'deleted' in message);
  expect(about()).toEqual([{ deleted: ['s-2'] }]);
  // It goes on: what it is since must not be taken away again.
  hub.publish(await append(event('c', { sessionId: 's-2' })));
  slow.peer.backlogBytes = 0;
  await until(() => {
    const told = about().flatMap((message) => ('sessions' in message ? message.sessions : []));
    expect(told.map(({ id, lastSeq }) => [id, lastSeq])).toEqual(
      expect.arrayContaining([
        ['s-1', 1],
        ['s-2', 3],
      ]),
    );
  });
  expect(about().filter((message) => 'deleted' in message)).toEqual([{ deleted: ['s-2'] }]);
});
