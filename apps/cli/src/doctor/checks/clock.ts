import { durationWords } from '@telltale/core';
import type { Check } from '../check.ts';
import { ok, skipped, warning } from '../finding.ts';

const longestMs = 5_000;

export const clock: Check = {
  title: 'clocks',
  look({ answer: { clockMs } }) {
    if (clockMs === undefined) return skipped('The service has to say its time.');
    if (Math.abs(clockMs) <= longestMs) return ok('This machine and the service have the same time.');
    const words = `${durationWords(Math.abs(clockMs))} ${clockMs > 0 ? 'ahead of' : 'behind'}`;
    return warning(
      `The clock of the service is ${words} this machine’s: waits and orders look wrong.`,
      'Set both by NTP.',
    );
  },
};
