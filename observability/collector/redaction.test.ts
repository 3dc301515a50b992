import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { redactionConfig } from './redaction.ts';

it('has been generated from the rules that the event service uses', () => {
  const committed = readFileSync(new URL('redaction.yaml', import.meta.url), 'utf8');
  expect(committed, 'run `npm run redaction -w observability`').toBe(redactionConfig());
});
