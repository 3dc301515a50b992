import { Pencil } from '@lucide/vue';
import { expect, it } from 'vitest';
import { glyphs } from './glyphs.ts';
import { strokesOf } from './QuickIcon.ts';

it('draws the strokes of the icon set', () => {
  expect(strokesOf(Pencil)).toMatch(/^(<path d="[^"<>]+"\/>){2}$/);
});

it('has strokes for every icon of a row', () => {
  expect(glyphs.length).toBeGreaterThan(20);
  expect(glyphs.filter((glyph) => !/^(<[a-z]+( [a-z-]+="[^"<>]*")+\/>)+$/.test(strokesOf(glyph)))).toEqual([]);
});
