import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { impersonalTexts, personalCases } from '../../fixtures/personal.ts';
import { secretCases } from '../../fixtures/secrets.ts';
import {
  personalRules,
  type RedactionRule,
  redactPersonal,
  redactSecrets,
  redactSecretsAndPersonal,
  replacementOf,
} from '../redact.ts';

const rules: readonly RedactionRule[] = personalRules;
const dressings: Record<string, (text: string) => string> = {
  'plain text': (text) => text,
  JSON: (text) => JSON.stringify({ prompt: text, n: 1 }),
  'JSON in JSON': (text) => JSON.stringify({ input: JSON.stringify({ command: text }) }),
  'JSON in JSON in JSON': (text) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify([text]) }) }),
};

describe('redactPersonal', () => {
  for (const [dressing, dress] of Object.entries(dressings)) {
    it(`masks exactly what is personal in ${dressing}`, () => {
      for (const { rule, text, personal } of personalCases) {
        const masked = dress(text.replace(personal, `[redacted:${rule}]`));
        expect(redactPersonal(dress(text))).toEqual({ text: masked, masked: 1, rules: { [rule]: 1 } });
      }
    });

    it(`returns ids, hashes, times and versions as the same text, in ${dressing}`, () => {
      for (const text of impersonalTexts) {
        expect(redactPersonal(dress(text))).toEqual({ text: dress(text), masked: 0, rules: {} });
      }
    });
  }

  it('masks neighbours that share the sign between them', () => {
    expect(redactPersonal('ada@example.com;bob@example.com;eve@example.com').text).toBe(
      '[redacted:email];[redacted:email];[redacted:email]',
    );
  });

  it('has a case for every rule', () => {
    expect([...new Set(personalCases.map(({ rule }) => rule))].sort()).toEqual(
      [...new Set(rules.map(({ name }) => name))].sort(),
    );
  });

  it('finds nobody in what the real client sent, where naive patterns find hundreds', () => {
    const naive = /[\w.+-]+@[\w-]+\.[\w.]+|\+?\d[\d .-]{8,14}\d/;
    const lines = recordings();
    expect(lines.filter((line) => naive.test(line)).length).toBeGreaterThan(200);
    expect(lines.filter((line) => redactPersonal(line).text !== line)).toEqual([]);
  });

  it('keeps valid JSON valid, and changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(fc.array(hostilePieces(), { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        for (const dress of Object.values(dressings)) {
          const once = redactPersonal(dress(text)).text;
          expect(redactPersonal(once)).toEqual({ text: once, masked: 0, rules: {} });
          if (isJson(dress(text))) expect(isJson(once), once).toBe(true);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('takes linear time on near misses', { timeout: 60_000 }, () => {
    const seeds = [
      'a@',
      'a.',
      'a@b.',
      'ada@example',
      '+1 ',
      '+1 (415) ',
      '415-',
      '4111 ',
      '4',
      'DE89 ',
      '\\',
      '@',
      'arn:aws:iam::1',
    ];
    for (const seed of seeds) expect(growthOfTime(seed), seed).toBeLessThan(24);
  });
});

describe('redactSecretsAndPersonal', () => {
  it('masks both and counts both', () => {
    const [secret] = secretCases;
    const text = `${secret?.text} ada@example.com`;
    const both = redactSecretsAndPersonal(text);
    expect(both.text).toBe(`${redactSecrets(secret?.text ?? '').text} [redacted:email]`);
    expect(both).toMatchObject({ masked: 2, rules: { email: 1 } });
  });

  it('leaves the masks of secrets as they are', () => {
    for (const { text } of secretCases) {
      const { text: masked } = redactSecrets(text);
      expect(redactSecretsAndPersonal(masked).text).toBe(redactPersonal(masked).text);
    }
  });
});

describe('personalRules', () => {
  it('compile in RE2 and mask there what they mask here', () => {
    const compiled = rules.map((rule) => RE2JS.compile(rule.expression));
    for (const { text, personal } of personalCases) {
      const json = JSON.stringify({ text });
      const inRe2 = rules.reduce(
        (masked, rule, index) => compiled[index]?.matcher(masked).replaceAll(replacementOf(rule as never)) ?? '',
        json,
      );
      expect(inRe2).toBe(redactPersonal(json).text);
      expect(inRe2).not.toContain(personal);
    }
  });

  it('keep one group before the mask and one after it where they have a check', () => {
    for (const { name, expression, isReal } of rules) {
      const groups = (new RegExp(`${expression}|`).exec('')?.length ?? 9) - 1;
      if (isReal) expect(groups, name).toBe(2);
      else expect(groups, name).toBeLessThanOrEqual(2);
    }
  });
});

/** Every line of every recording, as it came. */
function recordings(): string[] {
  const folder = join(import.meta.dirname, '../../fixtures');
  return ['hooks', 'otlp', 'transcripts']
    .flatMap((name) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(?:nd)?jsonl?$/.test(entry.name))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the parser's only way to say so
  }
}

function hostilePieces(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...personalCases.map(({ personal }) => personal)),
    fc.constantFrom(...personalCases.map(({ text }) => text)),
    fc.constantFrom(...impersonalTexts),
    fc.constantFrom(...'"\'`\\:=,;[]{}()<>$@/ \n\t+-.0123456789'),
    fc.string({ maxLength: 8 }),
  );
}

/** Time for all of it ÷ time for an eighth of it: 8 is linear, 64 quadratic; in processor time. */
function growthOfTime(seed: string, length = 400_000): number {
  const short = seed.repeat(Math.ceil(length / 8 / seed.length));
  const long = seed.repeat(Math.ceil(length / seed.length));
  redactPersonal(short);
  let shortMs = Number.POSITIVE_INFINITY;
  let longMs = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 6; look++) {
    shortMs = Math.min(shortMs, processorMs(short));
    longMs = Math.min(longMs, processorMs(long));
    if (longMs < 24 * shortMs) break;
  }
  return longMs / shortMs;
}

function processorMs(text: string): number {
  const start = process.cpuUsage();
  redactPersonal(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
