import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBackgroundTurns } from './background-turns.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Each turn is over when the test says so. */
function slowTurns() {
  const begun: (() => void)[] = [];
  const turns = createBackgroundTurns({
    turn: () => new Promise((resolve) => begun.push(() => resolve(20))),
    idleMs: 100,
  });
  return { begun, turns };
}

it('begins when it is started, and each turn as long after the one before as that said', async () => {
  const { begun, turns } = slowTurns();
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toHaveLength(0);
  turns.start();
  await vi.advanceTimersByTimeAsync(99);
  expect(begun).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toHaveLength(1);
  begun[0]?.();
  await vi.advanceTimersByTimeAsync(20);
  expect(begun).toHaveLength(2);
});

it('is paused when the turn under way is over, until each pause has got its resume', async () => {
  const { begun, turns } = slowTurns();
  turns.start();
  await vi.advanceTimersByTimeAsync(100);
  let isPaused = false;
  const pauses = Promise.all([turns.pause(), turns.pause()]).then(() => (isPaused = true));
  await vi.advanceTimersByTimeAsync(1000);
  expect({ isPaused, isStopping: turns.isStopping() }).toEqual({ isPaused: false, isStopping: true });
  begun[0]?.();
  await pauses;
  turns.resume();
  await vi.advanceTimersByTimeAsync(1000);
  expect({ turns: begun.length, isStopping: turns.isStopping() }).toEqual({ turns: 1, isStopping: true });
  turns.resume();
  await vi.advanceTimersByTimeAsync(100);
  expect({ turns: begun.length, isStopping: turns.isStopping() }).toEqual({ turns: 2, isStopping: false });
});

it('does something alone, and goes on also where that failed', async () => {
  const { begun, turns } = slowTurns();
  turns.start();
  const alone = turns.alone(async () => {
    expect(turns.isStopping()).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(begun).toHaveLength(0);
    throw new Error('the disk is full');
  });
  const failed = expect(alone).rejects.toThrow('the disk is full');
  await vi.advanceTimersByTimeAsync(500);
  await failed;
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toHaveLength(1);
});

it('rests four times as long as a step took, and not where it is stopping', async () => {
  const { turns } = slowTurns();
  turns.start();
  let isRested = false;
  const rest = turns.rest(50).then(() => (isRested = true));
  await vi.advanceTimersByTimeAsync(199);
  expect(isRested).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await rest;
  // The turn that is under way never ends here.
  void turns.pause();
  await turns.rest(1_000_000);
});
