import { describe, expect, it } from 'vitest';
import { createColours } from './colours.ts';
import { tame } from './tame.ts';

describe('what goes to a terminal', () => {
  it('keeps words, lines, tabs and every colour of ours', () => {
    const { bold, dim, red, green, yellow, blue, magenta, cyan } = createColours(true, {});
    const painted = [bold, dim, red, green, yellow, blue, magenta, cyan]
      .map((paint) => paint('wörd 名 🙈'))
      .join('\t\n');
    expect(tame(painted)).toBe(painted);
  });

  it('spells out what would order it something', () => {
    expect(tame('a\u001b[2Jb\u001b]0;t\u0007\u009b1m\r\u202e\u001b[38;5;1m')).toBe(
      'a\\u001b[2Jb\\u001b]0;t\\u0007\\u009b1m\\u000d\\u202e\\u001b[38;5;1m',
    );
  });

  it('means the same in JSON', () => {
    const value = { text: '\u009b31m \u202e \u007f \u001b[31m' };
    expect(JSON.parse(tame(JSON.stringify(value)))).toEqual(value);
  });
});
