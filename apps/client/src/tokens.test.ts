import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Oklch = readonly [lightness: number, chroma: number, hue: number];

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function token(name: string, theme: 'light' | 'dark'): Oklch {
  const declared = new RegExp(`--${name}: ([^;]+);`).exec(css)?.[1] ?? '';
  const colours = [...declared.matchAll(/oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map(
    (match): Oklch => [Number(match[1]), Number(match[2]), Number(match[3])],
  );
  const colour = theme === 'dark' ? (colours[1] ?? colours[0]) : colours[0];
  if (!colour) throw new Error(`--${name} is no oklch colour: ${declared}`);
  return colour;
}

/** WCAG relative luminance, by way of linear sRGB cut to its gamut. */
function luminance([lightness, chroma, hue]: Oklch): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  const red = cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Oklch, other: Oklch): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('colours, %s', (theme) => {
  const texts = ['text', 'muted', 'needs-you-text', 'done-text', 'trouble-text', 'working-text'];
  const grounds = ['surface', 'raised', 'hover', 'selected'];

  it.each(texts)('%s reads on every ground, 4.5 to 1', (text) => {
    const contrasts = grounds.map((ground) => contrast(token(text, theme), token(ground, theme)));
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
  });

  it('reads on the soft grounds of its state', () => {
    expect(contrast(token('trouble-text', theme), token('trouble-soft', theme))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token('on-needs-you', theme), token('needs-you', theme))).toBeGreaterThanOrEqual(4.5);
  });

  it('tells states apart by lightness alone, 15 or more', () => {
    const states = ['needs-you', 'done', 'trouble', 'working'].map((state) => token(state, theme)[0] * 100);
    const sorted = states.sort((a, b) => a - b);
    const gaps = sorted.slice(1).map((lightness, index) => lightness - (sorted[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15 - 1e-9);
  });
});
