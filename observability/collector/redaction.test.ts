import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { personalConfig, redactionConfig } from './redaction.ts';

it.each([
  ['redaction.yaml', redactionConfig],
  ['also/personal.yaml', personalConfig],
])('has generated %s from the rules that the event service uses', (file, config) => {
  const committed = readFileSync(new URL(file, import.meta.url), 'utf8');
  expect(committed, 'run `npm run redaction -w observability`').toBe(config());
});
