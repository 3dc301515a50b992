import Anser, { type AnserJsonEntry } from 'anser';

/** A run of output in one look; `classes` are ours, never a colour of the output itself. */
export interface OutputRun {
  text: string;
  classes: readonly string[];
}

/** Output as runs with classes: every colour becomes one of eight that are readable in both themes. */
export function outputRuns(text: string): OutputRun[] {
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map((entry) => ({
    text: entry.content,
    classes: classesOf(entry),
  }));
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
type ColourName = (typeof names)[number];
const decorations = new Set(['bold', 'dim', 'italic', 'underline', 'strikethrough', 'reverse']);

function classesOf(entry: AnserJsonEntry): string[] {
  const classes = entry.decorations.filter((one) => decorations.has(one)).map((one) => `out-${one}`);
  const colour = colourOf(entry.fg, entry.fg_truecolor);
  if (colour) classes.push(`out-${colour}`);
  const back = colourOf(entry.bg, entry.bg_truecolor);
  if (back && back !== 'black') classes.push(`out-on-${back}`);
  return classes;
}

function colourOf(told: string | null, truecolor: string | null): ColourName | undefined {
  if (!told) return undefined;
  const name = names.find((one) => told === `ansi-${one}` || told === `ansi-bright-${one}`);
  if (name) return name;
  const palette = /^ansi-palette-(\d+)$/.exec(told)?.[1];
  if (palette !== undefined) return nearest(paletteRgb(Number(palette)));
  return truecolor ? nearest(truecolor.split(',').map(Number)) : undefined;
}

/** The 6 × 6 × 6 cube and the greys of the 256 colours. */
function paletteRgb(index: number): number[] {
  if (index >= 232) return [0, 0, 0].map(() => 8 + (index - 232) * 10);
  const cube = index - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => (step === 0 ? 0 : 55 + step * 40));
}

/** By which of red, green and blue shine: a pale red is still red. */
function nearest(rgb: readonly number[]): ColourName {
  const [red = 0, green = 0, blue = 0] = rgb;
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return most > 120 ? 'white' : 'black';
  const middle = (most + least) / 2;
  const bits = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0);
  return names[bits] ?? 'white';
}
