import uPlot from 'uplot';
import { colourOf, hasForcedColours } from '../base/colours.ts';
import { patternOf } from './patterns.ts';
import { type Layer, stacked } from './stack.ts';

export interface TimeChart {
  /** New values in the same places: nothing else moves. */
  show(chart: ShownChart): void;
  resize(width: number, height: number): void;
  destroy(): void;
}

interface ShownChart {
  /** Beginnings of buckets and the end of the last, in seconds. */
  starts: readonly number[];
  end: number;
  layers: readonly Layer[];
}

export interface TimeChartOptions {
  timeZone: string;
  words(value: number): string;
  /** Which bucket the pointer is over, and where; nothing where it is over none. */
  onPoint(point: { index: number; left: number; top: number } | undefined): void;
}

/** Stacked bars over time on a canvas; of more than so many buckets, stacked areas. */
const mostBars = 150;

/** uPlot, drawn with the page's own colours. It is made anew when rows, colours or their number change. */
export function drawTime(element: HTMLElement, options: TimeChartOptions): TimeChart {
  let plot: uPlot | undefined;
  let print = '';
  const size = () => ({ width: Math.max(120, element.clientWidth), height: Math.max(80, element.clientHeight) });

  return {
    show({ starts, end, layers }) {
      const colours = layers.map(({ series }) => colourOf(element, `--series-${series}`));
      const now = JSON.stringify([
        colours,
        layers.map(({ label, series }) => [label, series]),
        starts.length > mostBars,
        starts.length < 2,
      ]);
      const data = [[...starts], ...stacked(layers).reverse()] as uPlot.AlignedData;
      if (!plot || now !== print) {
        plot?.destroy();
        print = now;
        plot = new uPlot({ ...size(), ...looks(element, options, { starts, end, layers, colours }) }, data, element);
        return;
      }
      const { scale } = plot.series[0] ?? {};
      plot.setData(data, false);
      plot.setScale(scale ?? 'x', { min: starts[0] ?? 0, max: end });
    },
    resize: () => plot?.setSize(size()),
    destroy: () => plot?.destroy(),
  };
}

function looks(
  element: HTMLElement,
  { timeZone, words, onPoint }: TimeChartOptions,
  { starts, end, layers, colours }: ShownChart & { colours: readonly string[] },
): Omit<uPlot.Options, 'width' | 'height'> {
  const muted = colourOf(element, '--muted');
  const line = colourOf(element, '--line');
  const surface = colourOf(element, '--surface');
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const areBars = starts.length <= mostBars;
  const isForced = hasForcedColours();
  const axis = { stroke: muted, font, ticks: { stroke: line, size: 4 }, grid: { stroke: line, width: 1 } };
  const bars = uPlot.paths.bars?.({ size: [0.85, 72], align: 1 });
  return {
    padding: [6, 28, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false }, focus: { prox: -1 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
    scales: {
      x: { time: true, range: () => [starts[0] ?? 0, end] },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.06 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 28,
        values: (_plot, splits) => splits.map(timeWords(timeZone)),
      },
      { ...axis, size: 56, space: 36, values: (_plot, splits) => splits.map((split) => words(split)) },
    ],
    series: [
      {},
      // The highest sum first: those below are drawn over it.
      ...[...layers].reverse().map(({ label, series }, index) => {
        const colour = colours[layers.length - 1 - index] ?? muted;
        const fill = isForced ? patternOf(series, { ink: colour, ground: surface }) : colour;
        return {
          label,
          fill: () => fill,
          stroke: areBars && !isForced ? surface : colour,
          width: areBars || isForced ? 1 : 0,
          points: { show: false },
          ...(areBars && bars && { paths: bars }),
        };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { left = -1, top = -1 } = plot.cursor;
          if (left < 0) onPoint(undefined);
          else
            onPoint({
              index: bucketAt(starts, plot.posToVal(left, 'x')),
              left: left + plot.bbox.left / devicePixelRatio,
              top,
            });
        },
      ],
    },
  };
}

/** `21 Nov` where a day begins, else `14:00`. */
function timeWords(timeZone: string): (seconds: number) => string {
  const days = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' });
  const hours = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return (seconds) => {
    const clock = hours.format(seconds * 1000);
    return clock === '00:00' ? days.format(seconds * 1000) : clock;
  };
}

/** The bucket that a time is in, not the one that begins nearest. */
function bucketAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}
