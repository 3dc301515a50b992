import { redactionRules } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { secretCases } from '../../packages/core/fixtures/secrets.ts';
import { literalSets, spelling, words } from './literals.ts';

const dressings: Record<string, (text: string) => string> = {
  'plain text': (text) => text,
  JSON: (text) => JSON.stringify({ prompt: text }),
  'JSON in JSON': (text) => JSON.stringify({ input: JSON.stringify({ command: text }) }),
  'JSON with its slashes escaped, in JSON': (text) =>
    JSON.stringify({ input: JSON.stringify({ command: text }).replaceAll('/', '\\/') }),
  'an aligned file': (text) => text.replace(/([a-z]) ?([=:])/gi, '$1 \t $2'),
};

describe('what the collector looks for before it tries a rule', () => {
  it.each(Object.keys(dressings))('is there wherever a rule would find something, in %s', (dressing) => {
    for (const { text } of secretCases) {
      const dressed = dressings[dressing]?.(text) ?? '';
      const lower = JSON.stringify([dressed]).toLowerCase(); // the collector sees all values as one list
      const plain = spelling.reduce((all, [from, to]) => all.replace(new RegExp(from, 'g'), to), lower);
      redactionRules.forEach(({ name, literals, expression }, index) => {
        const hasLiteral = literals.some((literal) => dressed.toLowerCase().includes(literal));
        if (!hasLiteral || !new RegExp(expression).test(dressed)) return;
        expect(
          words.some((word) => lower.includes(word)),
          `${name}: a word in ${dressed}`,
        ).toBe(true);
        const sets = literalSets.filter(({ rules }) => rules.has(index));
        const isFound = sets.some((set) => set.literals.some((literal) => plain.includes(literal)));
        expect(isFound, `${name}: a literal in ${dressed}`).toBe(true);
      });
    }
  });

  it('is not there in what agents say all day', () => {
    const harmless = JSON.stringify([
      'claude-opus-4-8',
      'npm test',
      'Bash',
      'src/server/main.ts',
      'ada@example.org',
      3,
    ]);
    expect(words.filter((word) => harmless.toLowerCase().includes(word))).toEqual([]);
  });
});
