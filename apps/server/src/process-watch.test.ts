import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { createProcessWatch } from './process-watch.ts';

it('tells that a process of this machine is gone, and looks at most every two seconds', async () => {
  let time = 0;
  const isGone = createProcessWatch(() => time, 'box');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const session = { pid: child.pid ?? 0, host: 'box', lastAt: new Date().toISOString() };
  expect(isGone(session)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isGone(session)).toBe(false);
  time = 2000;
  expect(isGone(session)).toBe(true);
});

const lastAt = '2026-11-21T09:00:00.000Z';

it('knows nothing of another machine, or without a pid', () => {
  const isGone = createProcessWatch(() => 0, 'box');
  expect(isGone({ pid: 999_999_999, host: 'elsewhere', lastAt })).toBeUndefined();
  expect(isGone({ host: 'box', lastAt })).toBeUndefined();
  expect(isGone({ pid: 999_999_999, host: 'box', lastAt })).toBe(true);
});

it('takes a process of another user for alive', () => {
  expect(createProcessWatch(() => 0, 'box')({ pid: 1, host: 'box', lastAt: '2100-01-01T00:00:00.000Z' })).toBe(false);
});

it('is not deceived by a process that got the number later', () => {
  const isGone = (startedAt: string) =>
    createProcessWatch(
      () => 0,
      'box',
      () => Date.parse(startedAt),
    )({ pid: process.pid, host: 'box', lastAt });
  expect(isGone('2026-11-21T08:59:00.000Z')).toBe(false);
  expect(isGone('2026-11-21T09:01:00.000Z')).toBe(true);
});

it.runIf(process.platform === 'linux')('reads when a process started', () => {
  const isGone = createProcessWatch(() => 0, 'box');
  const startedAt = Date.now() - process.uptime() * 1000;
  const session = (ms: number) => ({ pid: process.pid, host: 'box', lastAt: new Date(startedAt + ms).toISOString() });
  expect(isGone(session(5000))).toBe(false);
  expect(isGone(session(-60_000))).toBe(true);
});
