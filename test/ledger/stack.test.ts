import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStage } from '../client/stage.ts';
import { telemetry } from '../otlp/client-truth.ts';
import { requiresClaude, requiresStack } from '../requires.ts';
import { scenarios } from '../scenarios/index.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { expectServed } from './cost.ts';

const isHere = (await requiresStack()) && (await requiresClaude());

describe.runIf(isHere)('through the collector', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack({ start: ['collector', 'telltale'] });
  });
  afterAll(() => stack?.stop());

  for (const temporality of ['cumulative', 'delta'] as const)
    it(`a session costs what the API served, with its subagents (${temporality})`, async () => {
      const stage = await createStage({ project: 'shop', env: telemetry(stack.otlp, 'shop', temporality) });
      try {
        await scenarios.find(({ name }) => name === 'parallel-subagents')?.play(stage);
        const [told, ...others] = (await expectServed(stack.service, stage)).values();
        expect(others).toEqual([]);
        expect(told?.cost.byAgent).toHaveLength(3);
        expect(told?.session.unattributedUsd).toBeUndefined();
      } finally {
        await stage.close();
      }
    });
});
