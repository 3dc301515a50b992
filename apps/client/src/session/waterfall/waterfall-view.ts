import type { Waterfall, WaterfallBar } from '@telltale/core/story';
import { costWords } from '../../words/cost-words.ts';
import { duration } from '../../words/time.ts';
import { whoDecided } from '../item-words.ts';
import { costOfRequest, requestHint } from '../request-words.ts';
import { type Stretch, type TimeScale, timeScale } from '../time-scale.ts';

/** Idle time is drawn short, also that in which a call waited for somebody: an hour must not hide the seconds. */
export function scaleOf({ fromMs, toMs, bars }: Waterfall): TimeScale {
  return timeScale(bars.flatMap(workOf), { fromMs, toMs });
}

/** When a bar worked: without the time that it stood still. */
function workOf({ kind, fromMs, toMs, blockedMs }: WaterfallBar): Stretch[] {
  if (kind === 'subagent') return [];
  if (!blockedMs) return [{ fromMs, toMs }];
  const [from, to] = blockedMs;
  return [
    { fromMs, toMs: Math.max(fromMs, from) },
    { fromMs: Math.min(to, toMs), toMs },
  ];
}

/** `API 2 m 10 s · tools 1 m · waiting for you 42 s`: time in which at least one of a kind went on. */
export function whereTimeWent({ bars }: Waterfall): string {
  const requests = bars.filter(({ kind, hasFailed }) => kind === 'request' && !hasFailed);
  const calls = bars.filter(({ kind }) => kind === 'call');
  const waits = bars.flatMap(({ blockedMs }) => (blockedMs ? [{ fromMs: blockedMs[0], toMs: blockedMs[1] }] : []));
  const parts = [
    ['API', coveredMs(requests)],
    ['tools', coveredMs(calls.flatMap(workOf))],
    ['waiting for you', coveredMs(waits)],
  ] as const;
  return parts
    .filter(([, ms]) => ms > 0)
    .map(([name, ms]) => `${name} ${duration(ms)}`)
    .join(' · ');
}

function coveredMs(stretches: readonly Stretch[]): number {
  let covered = 0;
  let upTo = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    covered += Math.max(0, toMs - Math.max(fromMs, upTo));
    upTo = Math.max(upTo, toMs);
  }
  return covered;
}

/** A bar in its row: places in percent of the width. */
export interface BarView {
  bar: WaterfallBar;
  left: number;
  width: number;
  /** Until the first token came, of the width of the bar. */
  first?: number;
  blocked?: { left: number; width: number };
  took: string;
  cost: string;
  hint: string;
}

export function viewOf(bar: WaterfallBar, scale: TimeScale): BarView {
  const percent = (ms: number) => scale.placeOf(ms) * 100;
  const [left, right] = [percent(bar.fromMs), percent(bar.toMs)];
  const first = bar.firstTokenMs === undefined ? undefined : percent(bar.firstTokenMs) - left;
  const [from = 0, to = 0] = bar.blockedMs ?? [];
  const lasted = bar.toMs - bar.fromMs;
  const isMark = bar.kind === 'error' || (lasted === 0 && bar.kind !== 'call');
  const waited = bar.blockedMs ? `waited ${duration(to - from)} for you` : '';
  const decided = bar.item?.kind === 'action' && whoDecided(bar.item);
  return {
    ...{ bar, left, width: right - left },
    ...(first !== undefined && right > left && { first: Math.min(100, (first / (right - left)) * 100) }),
    ...(bar.blockedMs && { blocked: { left: percent(from), width: percent(to) - percent(from) } }),
    took: isMark ? '' : `${bar.isGuessed ? '~' : ''}${duration(lasted)}`,
    cost: bar.request ? costWords(costOfRequest(bar.request)) : '',
    hint: [bar.label, waited, decided, bar.request && requestHint(bar.request)].filter(Boolean).join('\n'),
  };
}
