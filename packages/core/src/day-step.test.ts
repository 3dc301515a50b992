import { expect, it } from 'vitest';
import { dayStep } from './day-step.ts';

const at = (date: string) => Date.parse(`${date}T12:00:00Z`);

it.each([
  ['UTC', '1h'],
  ['Europe/Berlin', '1h'],
  ['America/New_York', '1h'],
  ['Asia/Kolkata', '30m'],
  ['America/St_Johns', '30m'],
  ['Australia/Adelaide', '30m'],
  ['Asia/Kathmandu', '15m'],
  ['Pacific/Chatham', '15m'],
])('cuts the days of %s from steps of %s', (zone, step) => {
  expect(dayStep(zone, at('2026-11-21'))).toBe(step);
});

it('takes the step that fits the whole year, where summer time is half an hour', () => {
  // Whole hours in summer, ten and a half in winter.
  expect([dayStep('Australia/Lord_Howe', at('2026-01-15')), dayStep('Australia/Lord_Howe', at('2026-07-15'))]).toEqual([
    '30m',
    '30m',
  ]);
});
