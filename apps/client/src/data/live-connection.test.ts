import type { TelltaleEvent } from '@telltale/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLiveConnection, type LiveListener, type Socket, silenceMs, widestGap } from './live-connection.ts';

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: unknown[] = [];
  isClosed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.isClosed = true;
    this.onclose?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const event = (seq: number): TelltaleEvent => ({
  ...{ seq, id: `e${seq}`, source: 'hook', name: 'Stop', app: 'api', at: '2026-11-21T10:00:00.000Z', summary: 'done' },
});
const hello = (store: string, seq: number) => ({ hello: { store, seq, version: '1', timeZone: 'UTC' } });

function scene() {
  const sockets: FakeSocket[] = [];
  const told: string[] = [];
  const listener: LiveListener = {
    onReset: () => told.push('reset'),
    onHello: () => undefined,
    onEvents: (events, upTo) => told.push(`events ${events.map((one) => one.seq).join()} upTo ${upTo}`),
    onSkipped: (from, to) => told.push(`skipped ${from}-${to}`),
    onSessions: () => undefined,
    onDeleted: (ids) => told.push(`deleted ${ids}`),
    onUnreadable: () => told.push('unreadable'),
    onState: (state) => told.push(state.phase),
  };
  const openSocket = () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  };
  const connection = createLiveConnection({ openSocket, listener, random: () => 0.5 });
  const last = () => sockets.at(-1) as FakeSocket;
  return { connection, sockets, told, last };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('subscribes after the greeting and resumes from where it was', () => {
  const { sockets, told, last } = scene();
  last().say(hello('s', 10));
  last().say({ events: [event(9), event(10)], upTo: 10 });
  last().say({ events: [], upTo: 25 });
  last().close();
  vi.advanceTimersByTime(1000);
  last().say(hello('s', 40));
  expect(sockets.map((socket) => socket.sent)).toEqual([[{ subscribe: {} }], [{ subscribe: { after: 25 } }]]);
  expect(told).toEqual(['connecting', 'live', 'events 9,10 upTo 10', 'events  upTo 25', 'lost', 'live']);
});

it('starts over when the database was replaced or the gap is too wide', () => {
  const { sockets, told, last } = scene();
  last().say(hello('s', 10));
  last().say({ events: [], upTo: 10 });
  last().close();
  vi.advanceTimersByTime(1000);
  last().say(hello('other', 10));
  last().say({ events: [], upTo: 10 });
  last().close();
  vi.advanceTimersByTime(1000);
  last().say(hello('other', 11 + widestGap));
  expect(sockets.map((socket) => socket.sent)).toEqual([[{ subscribe: {} }], [{ subscribe: {} }], [{ subscribe: {} }]]);
  expect(told.filter((one) => one === 'reset')).toHaveLength(2);
});

it('backs off, up to fifteen seconds', () => {
  const { sockets, last } = scene();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    last().close();
    const before = sockets.length;
    let waited = 0;
    while (sockets.length === before && waited < 60_000) {
      vi.advanceTimersByTime(250);
      waited += 250;
    }
    waits.push(waited);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

it('notices a line that went dead without a word', () => {
  const { connection, sockets, told, last } = scene();
  last().say(hello('s', 1));
  vi.advanceTimersByTime(silenceMs - 1);
  connection.checkPulse();
  const early = sockets.length;
  vi.advanceTimersByTime(2);
  connection.checkPulse();
  expect([early, sockets.length, sockets[0]?.isClosed, told.at(-1)]).toEqual([1, 2, true, 'lost']);
});

it('tells what was skipped and goes on behind it', () => {
  const { told, last, sockets } = scene();
  last().say(hello('s', 1));
  last().say({ skipped: { from: 5, to: 90 } });
  last().close();
  vi.advanceTimersByTime(1000);
  last().say(hello('s', 95));
  expect(told).toContain('skipped 5-90');
  expect(sockets[1]?.sent).toEqual([{ subscribe: { after: 90 } }]);
});

it('survives what is no message of ours, and says so', () => {
  const { told, last } = scene();
  last().onmessage?.({ data: '<html>' });
  last().onmessage?.({ data: new ArrayBuffer(1) });
  last().say({ unheard: 'of' });
  last().say(hello('s', 1));
  expect(told).toEqual(['connecting', 'unreadable', 'unreadable', 'unreadable', 'live']);
});

it('stays closed when it was closed', () => {
  const { connection, sockets } = scene();
  connection.close();
  vi.advanceTimersByTime(60_000);
  connection.retryNow();
  expect(sockets).toHaveLength(1);
});
