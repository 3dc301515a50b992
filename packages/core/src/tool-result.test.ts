import { expect, it } from 'vitest';
import { prunedBytes, withoutResult } from './tool-result.ts';

const long = 'x'.repeat(1000);

it('takes what a tool gave back, and says how much that was', () => {
  const payload = { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_response: { stdout: long } };
  const kept = withoutResult(payload);
  expect(kept).toEqual({
    ...{ tool_name: 'Bash', tool_input: { command: 'ls' }, telltale_pruned: { bytes: expect.any(Number) } },
  });
  expect(prunedBytes(kept ?? {})).toBeGreaterThan(1000);
  expect(prunedBytes(payload)).toBeUndefined();
  expect(payload.tool_response.stdout).toBe(long);
});

it('takes it out of each call of a batch', () => {
  const calls = [{ tool_use_id: 't-1', tool_response: long }, { tool_use_id: 't-2', tool_response: 'ok' }, 'odd'];
  expect(withoutResult({ tool_calls: calls })).toMatchObject({
    tool_calls: [{ tool_use_id: 't-1' }, { tool_use_id: 't-2' }, 'odd'],
  });
});

it('leaves alone what is small, and what it took already', () => {
  expect(withoutResult({ tool_response: 'ok' })).toBeUndefined();
  expect(withoutResult({})).toBeUndefined();
  expect(withoutResult(withoutResult({ tool_response: long }) ?? {})).toBeUndefined();
});
