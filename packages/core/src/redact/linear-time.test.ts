import { describe, expect, it } from 'vitest';
import { secretCases } from '../../fixtures/secrets.ts';
import { type RedactionRule, redactionRules, redactSecrets } from '../redact.ts';

/** What still passes for linear when the text is eight times as long. */
const linearGrowth = 24;
const rules: readonly RedactionRule[] = redactionRules;

describe('redactSecrets on hostile text', () => {
  it('takes linear time on 1 MB of near misses of every rule', { timeout: 120_000 }, () => {
    for (const seed of nearMisses()) {
      expect(growthOfTime(seed, redactSecrets), JSON.stringify(seed.slice(0, 80))).toBeLessThan(linearGrowth);
    }
  });

  it('would see quadratic time: the control grows with the square', () => {
    expect(growthOfTime('-eyJ', (text) => /eyJ[A-Za-z0-9_-]{8,}\.eyJ/.test(text), 16_000)).toBeGreaterThan(
      linearGrowth,
    );
  });
});

/** Everything that a rule begins to match and then does not. */
function nearMisses(): string[] {
  const literals = [...new Set(rules.flatMap(({ literals }) => [...literals]))];
  const sample = literals.filter((_, index) => index % 9 === 0 || index < 40);
  const secrets = secretCases.map(({ text, secret }) =>
    text.slice(0, text.indexOf(secret) + Math.min(8, secret.length >> 1)),
  );
  return [
    ...sample,
    ...sample.map((literal) => literal.toUpperCase()),
    ...new Set(secrets),
    ...[
      'PASSWORD=1',
      'SECRET=a',
      'TOKEN=a1',
      'password: a',
      'eyJ',
      '-eyJ',
      ' eyJa.',
      '://a:',
      '://a:b',
      'curl -u a',
      'SG.a',
    ],
    ...[
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN PRIVATE KEY-----\n',
      'password" : ',
      'password\\":\\n',
      'AWS4-HMAC-SHA256 ',
    ],
    ...[
      'Cookie: a',
      '\\',
      '"',
      "'",
      ' ',
      '\\n',
      'M',
      'N1',
      '1',
      'a',
      '"authorization":"a',
      '"cookie": "',
      ':AA',
      'Q~',
      '1Q~',
      'xox',
    ],
  ].filter((seed) => seed.length > 0);
}

/**
 * Time for all of it ÷ time for an eighth of it: 8 is linear, 64 quadratic. In processor time, as other work on the
 * machine is not its fault; what still looks bad gets more looks.
 */
function growthOfTime(seed: string, work: (text: string) => unknown, length = 1_000_000): number {
  const short = seed.repeat(Math.ceil(length / 8 / seed.length));
  const long = seed.repeat(Math.ceil(length / seed.length));
  // The first runs pay for compiling the expressions.
  work(short.slice(0, 1000));
  work(short);
  let shortMs = Number.POSITIVE_INFINITY;
  let longMs = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 6; look++) {
    shortMs = Math.min(
      shortMs,
      processorMs(() => work(short)),
    );
    longMs = Math.min(
      longMs,
      processorMs(() => work(long)),
    );
    if (longMs < linearGrowth * shortMs) break;
  }
  return longMs / shortMs;
}

function processorMs(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
