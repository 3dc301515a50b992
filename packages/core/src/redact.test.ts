import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { harmlessTexts, secretCases } from '../fixtures/secrets.ts';
import {
  maskOf,
  type RedactionRule,
  redactDeadLetter,
  redactionRules,
  redactSecrets,
  replacementOf,
} from './redact.ts';

const rules: readonly RedactionRule[] = redactionRules;
const dressings: Record<string, (text: string) => string> = {
  'plain text': (text) => text,
  JSON: (text) => JSON.stringify({ prompt: text, n: 1 }),
  'JSON in JSON': (text) => JSON.stringify({ input: JSON.stringify({ command: text }) }),
  'JSON in JSON in JSON': (text) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify([text]) }) }),
  // PHP and others write `/` as `\/`.
  'JSON with its slashes escaped': (text) => slashed({ prompt: text }),
  'the same in JSON': (text) => JSON.stringify({ input: slashed({ command: text }) }),
  'the same twice': (text) => slashed({ input: slashed({ command: text }) }),
  'the same in JSON in JSON': (text) => JSON.stringify([JSON.stringify({ a: slashed({ b: text }) })]),
};

function slashed(value: unknown): string {
  return JSON.stringify(value).replaceAll('/', '\\/');
}

describe('redactSecrets', () => {
  for (const [dressing, dress] of Object.entries(dressings)) {
    it(`masks exactly the secret in ${dressing}`, () => {
      for (const { rule, text, secret } of secretCases) {
        const redaction = redactSecrets(dress(text));
        expect(redaction).toEqual({
          text: dress(text.replace(secret, `[redacted:${rule}]`)),
          masked: 1,
          rules: { [rule]: 1 },
        });
      }
    });

    it(`returns what is harmless as the same text, in ${dressing}`, () => {
      for (const text of harmlessTexts) {
        expect(redactSecrets(dress(text))).toEqual({ text: dress(text), masked: 0, rules: {} });
      }
    });
  }

  it('finds each secret in a text that holds them all, and every rule has a case', () => {
    const all = secretCases.map(({ text }) => text).join('\n\n');
    const { text, masked, rules: counts } = redactSecrets(all);
    for (const { secret } of secretCases.filter(({ secret }) => secret.length > 12)) expect(text).not.toContain(secret);
    expect(masked).toBe(secretCases.length);
    expect(Object.keys(counts).sort()).toEqual([...new Set(rules.map(({ name }) => name))].sort());
  });

  it('masks a JSON value to its end, whatever it escapes, at four depths', () => {
    const password = 'a"b\\"c\\d\ne\u2028f🙂"';
    let value: unknown = { password, keep: 'x"y' };
    let masked: unknown = { password: maskOf('secret-field'), keep: 'x"y' };
    for (let depth = 0; depth < 4; depth++) {
      expect(redactSecrets(JSON.stringify(value)).text).toBe(JSON.stringify(masked));
      value = { depth, text: JSON.stringify(value) };
      masked = { depth, text: JSON.stringify(masked) };
    }
  });

  it('masks a value whose JSON was cut off', () => {
    expect(redactSecrets('{"user":"ada","password":"hunt').text).toBe(
      `{"user":"ada","password":"${maskOf('secret-field')}`,
    );
  });

  it('keeps valid JSON valid, with its structure and keys, and nothing but masks longer', () => {
    fc.assert(
      fc.property(jsonWithSecrets(), (value) => {
        const json = JSON.stringify(value);
        const { text, masked } = redactSecrets(json);
        expectSameShape(value, JSON.parse(text));
        if (masked === 0) expect(text).toBe(json);
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes nothing when it is applied again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText(),
          jsonWithSecrets().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const once = redactSecrets(text).text;
          expect(redactSecrets(once)).toEqual({ text: once, masked: 0, rules: {} });
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('finds by literals first what all expressions find', () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        expect(redactSecrets(text).text).toBe(redactedSlowly(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('redactionRules', () => {
  it('compile in RE2 and mask there what they mask here', () => {
    const compiled = redactionRules.map((rule) => RE2JS.compile(rule.expression));
    const all = secretCases.flatMap(({ text, secret, rule }) => [
      { secret, rule, json: JSON.stringify(JSON.stringify({ text })) },
      { secret, rule, json: JSON.stringify(slashed({ text })) },
    ]);
    for (const { json, secret, rule: name } of all) {
      let inRe2 = json;
      redactionRules.forEach((rule, index) => {
        inRe2 = compiled[index]?.matcher(inRe2).replaceAll(replacementOf(rule)) ?? '';
      });
      expect(inRe2, name).toBe(redactSecrets(json).text);
      expect(inRe2).not.toContain(`"${secret}"`);
    }
  });

  it('use nothing that RE2 lacks: the control fails to compile', () => {
    expect(() => RE2JS.compile('(?<=a)b')).toThrow();
    expect(() => RE2JS.compile('(a)\\1')).toThrow();
  });

  it('keep at most one group before the mask and one after it', () => {
    for (const { name, expression } of rules) {
      expect((new RegExp(`${expression}|`).exec('')?.length ?? 9) - 1, name).toBeLessThanOrEqual(2);
    }
  });

  it('name masks that say what was there', () => {
    for (const { name } of rules) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

describe('redactDeadLetter', () => {
  it('redacts before it cuts, so that half a secret is never kept', () => {
    const key = secretCases.find(({ rule }) => rule === 'github-token')?.secret ?? '';
    const { text, masked } = redactDeadLetter(`${'x'.repeat(80)} ${key}`, 100);
    expect(masked).toBe(1);
    expect(text).toBe(`${'x'.repeat(80)} [redacted:github-to`);
  });

  it('cuts at a whole character, by bytes', () => {
    expect(redactDeadLetter('aé🙂b', 7).text).toBe('aé🙂');
    expect(redactDeadLetter('aé🙂b', 6).text).toBe('aé');
    expect(redactDeadLetter('aé🙂b', 8).text).toBe('aé🙂b');
  });
});

/** Every expression, each time. Only of these two the shape alone proves nothing: a literal must be there too. */
function redactedSlowly(text: string): string {
  const slow = redactionRules.reduce((slow, rule) => {
    const literal = rule.literals.some((literal) => text.toLowerCase().includes(literal));
    if (!literal && (rule.name === 'twilio-key' || rule.name === 'discord-token')) return slow;
    return slow.replace(new RegExp(rule.expression, 'g'), replacementOf(rule));
  }, text);
  return slow === text ? text : redactedSlowly(slow);
}

/** Pieces that meet in every order: secrets, their names, quotes and escapes, what comes near a secret. */
function hostilePieces(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...secretCases.map(({ text }) => text)),
    fc.constantFrom(...secretCases.map(({ secret }) => secret)),
    fc.constantFrom(...rules.flatMap(({ literals }) => [...literals])),
    fc.constantFrom(...rules.map(({ name }) => `[redacted:${name}]`)),
    fc.constantFrom(...'"\'`\\:=,;[]{}()<>$@/ \n\t'),
    fc.constantFrom(
      '\\n',
      '\\"',
      '\\\\"',
      '": "',
      "='",
      '="',
      ': ',
      '\\u001b[1m',
      'password',
      'TOKEN',
      'Authorization: ',
    ),
    fc.string({ maxLength: 12 }),
  );
}

function hostileText(): fc.Arbitrary<string> {
  return fc.array(hostilePieces(), { maxLength: 12 }).map((pieces) => pieces.join(''));
}

function jsonWithSecrets(): fc.Arbitrary<unknown> {
  const text = fc.oneof(
    hostileText(),
    hostileText().map((inner) => JSON.stringify({ password: inner, text: inner })),
    hostileText().map((inner) => JSON.stringify([JSON.stringify({ apiKey: inner, token: inner })], null, 2)),
  );
  const key = fc.oneof(
    fc.constantFrom('password', 'api_key', 'token', 'authorization', 'Cookie', 'command', 'a'),
    fc.string({ maxLength: 5 }),
  );
  return fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, text, fc.constantFrom(null, true, 12), tie('array'), tie('object')),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  })).value;
}

function expectSameShape(before: unknown, after: unknown): void {
  if (typeof before === 'string') {
    expect(typeof after).toBe('string');
    if (!String(after).includes('[redacted:')) expect(after).toBe(before);
    return;
  }
  if (Array.isArray(before)) {
    expect(Array.isArray(after) && after.length).toBe(before.length);
    for (const [index, item] of before.entries()) expectSameShape(item, (after as unknown[])[index]);
    return;
  }
  if (typeof before !== 'object' || before === null) {
    expect(after).toBe(before);
    return;
  }
  const keys = Object.keys(before);
  expect(Object.keys(after as object)).toEqual(keys);
  for (const key of keys) {
    expectSameShape((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key]);
  }
}
