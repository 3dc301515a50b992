import type { Lane, LaneMark, LaneSpan } from '@telltale/core/story';
import { type Stretch, type TimeScale, timeScale } from './time-scale.ts';

/** One line of the overview: an agent, or several of a kind together. */
export interface OverviewLane {
  label: string;
  depth: number;
  agents: number;
  present: readonly Stretch[];
  spans: readonly LaneSpan[];
  waits: readonly LaneSpan[];
  marks: readonly LaneMark[];
}

export interface Overview {
  lanes: readonly OverviewLane[];
  scale: TimeScale;
  fromMs: number;
  toMs: number;
}

/** Lanes above this many are put together by their kind. */
export const mostLanes = 8;

export function overviewOf(lanes: readonly Lane[]): Overview {
  const times = lanes.flatMap((lane) => [lane.fromMs, lane.toMs]);
  const fromMs = times.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY);
  const toMs = times.reduce((most, ms) => Math.max(most, ms), 0);
  if (times.length === 0 || toMs <= 0)
    return { lanes: [], scale: timeScale([], { fromMs: 0, toMs: 1 }), fromMs: 0, toMs: 1 };
  const shown = clustered(lanes);
  return { lanes: shown, scale: timeScale(shown.flatMap(busyIn), { fromMs, toMs }), fromMs, toMs };
}

/** A thing at a place of a lane. */
export interface Hit {
  label: string;
  seq?: number;
  entry?: number;
  /** Of a prompt: its turn. */
  turn?: number;
}

/** What stands at a time, marks before spans, within `nearMs` of it. */
export function hitAt(lane: OverviewLane, ms: number, nearMs: number): Hit | undefined {
  const mark = nearest(lane.marks, (one) => Math.abs(one.atMs - ms), nearMs);
  if (mark) return mark;
  const away = ({ fromMs, toMs }: Stretch) => (ms < fromMs ? fromMs - ms : ms > toMs ? ms - toMs : 0);
  return nearest(lane.waits, away, nearMs) ?? nearest(lane.spans, away, nearMs);
}

/** Bars in px, those that touch drawn as one: ten thousand calls are a few hundred bars. */
export function barsOf(
  stretches: readonly Stretch[],
  xOf: (ms: number) => number,
  leastPx: number,
): [number, number][] {
  const bars: [number, number][] = [];
  for (const { fromMs, toMs } of stretches) {
    const from = xOf(fromMs);
    const to = Math.max(from + leastPx, xOf(toMs));
    const last = bars.at(-1);
    if (last && from >= last[0] && from <= last[1] + 0.5) last[1] = Math.max(last[1], to);
    else bars.push([from, to]);
  }
  return bars;
}

function clustered(lanes: readonly Lane[]): OverviewLane[] {
  if (lanes.length <= mostLanes) return lanes.map((lane) => together(lane.label, lane.depth, [lane]));
  const [main, ...others] = lanes;
  const kinds = new Map<string, Lane[]>();
  for (const lane of others) kinds.set(lane.label, [...(kinds.get(lane.label) ?? []), lane]);
  const groups = [...kinds.values()];
  const room = mostLanes - 1;
  const named = groups.length > room ? groups.slice(0, room - 1) : groups;
  const rest = groups.slice(named.length).flat();
  return [
    ...(main ? [together(main.label, 0, [main])] : []),
    ...named.map((group) => together(group[0]?.label ?? '', 1, group)),
    ...(rest.length > 0 ? [together('other agents', 1, rest)] : []),
  ];
}

function together(label: string, depth: number, lanes: readonly Lane[]): OverviewLane {
  const byTime = <T extends Stretch>(all: T[]) => all.sort((a, b) => a.fromMs - b.fromMs);
  return {
    label,
    depth,
    agents: lanes.length,
    present: byTime(lanes.map(({ fromMs, toMs }) => ({ fromMs, toMs }))),
    spans: byTime(lanes.flatMap((lane) => lane.spans)),
    waits: byTime(lanes.flatMap((lane) => lane.waits)),
    marks: lanes.flatMap((lane) => lane.marks).sort((a, b) => a.atMs - b.atMs),
  };
}

/** When something went on: calls, waits, and the moments after a prompt until the first call. */
function busyIn(lane: OverviewLane): Stretch[] {
  const marks = lane.marks.map(({ atMs }) => ({ fromMs: atMs - 1000, toMs: atMs + 4000 }));
  return [...lane.spans, ...lane.waits, ...marks, ...(lane.depth > 0 ? lane.present : [])];
}

function nearest<T>(all: readonly T[], away: (one: T) => number, most: number): T | undefined {
  let best: T | undefined;
  let least = most;
  for (const one of all) {
    const distance = away(one);
    if (distance > least) continue;
    [best, least] = [one, distance];
  }
  return best;
}
