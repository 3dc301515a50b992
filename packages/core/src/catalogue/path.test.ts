import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { briefPath } from './path.ts';

describe('a long path in a line of words', () => {
  it('keeps its beginning and as much of its end as fits', () => {
    const deep = 'nested/'.repeat(12);
    expect(briefPath('src/app.ts')).toBe('src/app.ts');
    expect(briefPath(`packages/${deep}Button.test.tsx`)).toBe(
      'packages/…/nested/nested/nested/nested/nested/Button.test.tsx',
    );
    expect(briefPath(`/home/ada/${deep}Button.tsx`)).toBe(
      '/home/…/nested/nested/nested/nested/nested/nested/Button.tsx',
    );
    expect(briefPath(`C:\\code\\${'nested\\'.repeat(12)}a.ts`)).toMatch(/^C:\\…(?:\\nested)+\\a\.ts$/);
    expect(briefPath('a'.repeat(200))).toBe('a'.repeat(200));
  });

  it('always keeps the name of the file, and is never longer than the path', () => {
    const part = fc.stringMatching(/^[a-z.]{1,30}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), (parts) => {
        const path = parts.join('/');
        const brief = briefPath(path);
        expect(brief.endsWith(parts.at(-1) ?? '')).toBe(true);
        expect(brief.length).toBeLessThanOrEqual(path.length);
      }),
    );
  });
});
