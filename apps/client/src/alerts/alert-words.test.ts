import type { AlertRuleView } from '@telltale/core';
import { expect, it } from 'vitest';
import { limitWords, rulesByState, timingWords } from './alert-words.ts';

const rule = (more: Partial<AlertRuleView>): AlertRuleView => ({
  ...{ name: 'silent', title: 'Silent', severity: 'warning', state: 'off', variable: 'TELLTALE_X', meaning: 'm' },
  ...{ fires: 'above', lastingMinutes: 0, cooldownMinutes: 0, runbook: 'r', ...more },
});

it('says on which side of its number a rule fires', () => {
  expect(limitWords({ fires: 'above', limit: 20 })).toBe('above 20');
  expect(limitWords({ fires: 'from', limit: 5 })).toBe('5 and more');
  expect(limitWords({ fires: 'below', limit: 500 })).toBe('below 500');
  expect(limitWords({ fires: 'above' })).toBe('');
});

it('says when a rule speaks', () => {
  expect(timingWords(rule({}))).toBe('said at once');
  expect(timingWords(rule({ lastingMinutes: 2, cooldownMinutes: 30 }))).toBe(
    'said after 2 min, again after 30 min at the earliest',
  );
  expect(timingWords(rule({ cooldownMinutes: 360 }))).toBe('said at once, again after 6 h at the earliest');
});

it('puts what is on before what is off', () => {
  const rules = [rule({ name: 'a' }), rule({ name: 'b', state: 'on' }), rule({ name: 'c', state: 'firing' })];
  const { on, off } = rulesByState(rules);
  expect([on, off].map((list) => list.map(({ name }) => name))).toEqual([['b', 'c'], ['a']]);
});
