import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { drained, type Load, startLoad, wrong } from './load.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { size } from './size.ts';
import { createStack, type Stack } from './stack.ts';

describe.skipIf(!(await requiresStack()))('what the collector has acknowledged is in Loki once', () => {
  let stack: Stack;
  let receiver: Receiver;
  let load: Load | undefined;
  beforeAll(async () => {
    receiver = await createReceiver();
    await receiver.start();
    // Each export is asked for by name.
    const manySeries = { 'max_query_series: 5000': 'max_query_series: 500000' };
    stack = await createStack({ telltaleUrl: receiver.url, replace: { loki: manySeries } });
  });
  afterAll(async () => {
    await load?.stop();
    await stack?.stop();
    await receiver?.stop();
  });

  it(
    `when Loki is killed ${size.kills} times under load, and down for ${size.outageMs / 1000} s`,
    async () => {
      load = startLoad(stack, { name: 'loki', pauseMs: Math.max(5, size.outageMs / 5_000) });
      for (let kill = 0; kill < size.kills; kill++) {
        await load.more(30);
        await sleep(Math.random() * 200); // anywhere between a request and its answer
        await stack.parts.loki.kill();
        await load.more(30);
        await stack.parts.loki.start();
      }
      await stack.parts.loki.stop();
      await sleep(size.outageMs);
      await stack.parts.loki.start();
      await load.stop();
      expect(wrong(load, await drained(stack, load, receiver))).toEqual([]);
    },
    size.timeoutMs,
  );
});
