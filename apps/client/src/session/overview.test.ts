import type { Lane } from '@telltale/core/story';
import { lanesOf } from '@telltale/core/story';
import { describe, expect, it } from 'vitest';
import { barsOf, hitAt, mostLanes, overviewOf } from './overview.ts';
import { smallStory } from './story-test.ts';
import { timeScale } from './time-scale.ts';

const lane = (label: string, depth: number, at: number): Lane => ({
  ...{ agentId: `${label}${at}`, label, depth, fromMs: 1000 + at, toMs: 2000 + at, waits: [], marks: [] },
  spans: [{ fromMs: 1000 + at, toMs: 1500 + at, label: 'Read', hasFailed: false, seq: at }],
});

describe('overview', () => {
  it('has a lane per agent, with failures as marks', () => {
    const overview = overviewOf(lanesOf(smallStory().story));
    expect(overview.lanes.map(({ label, depth, agents }) => [label, depth, agents])).toEqual([
      ['main', 0, 1],
      ['Explore', 1, 1],
    ]);
    expect(overview.lanes.map(({ marks }) => marks.filter((mark) => mark.kind === 'failure').length)).toEqual([1, 1]);
  });

  it('puts agents of a kind together above eight lanes and loses no call', () => {
    const kinds = Array.from({ length: 40 }, (_, at) => lane(`kind ${at % 11}`, 1, at * 10));
    const { lanes } = overviewOf([lane('main', 0, 0), ...kinds]);
    expect(lanes).toHaveLength(mostLanes);
    expect(lanes.reduce((sum, one) => sum + one.spans.length, 0)).toBe(41);
    expect(lanes.at(-1)?.label).toBe('other agents');
  });

  it('finds what is pointed at, and nothing where nothing is near', () => {
    const [main] = overviewOf([lane('main', 0, 7)]).lanes;
    if (!main) throw new Error('no lane');
    expect(hitAt(main, 1510, 10)?.seq).toBe(7);
    expect(hitAt(main, 1600, 10)).toBeUndefined();
  });

  it('draws bars that touch as one', () => {
    const spans = Array.from({ length: 1000 }, (_, at) => ({ fromMs: at, toMs: at + 1 }));
    expect(barsOf(spans, (ms) => ms / 10, 1)).toEqual([[0, expect.closeTo(100.9, 1)]]);
  });
});

describe('time scale', () => {
  const hour = 3_600_000;
  const scale = timeScale(
    [
      { fromMs: 0, toMs: 60_000 },
      { fromMs: 12 * hour, toMs: 12 * hour + 60_000 },
    ],
    { fromMs: 0, toMs: 12 * hour + 60_000 },
  );

  it('draws a night short and work at full width', () => {
    expect(scale.pauses).toHaveLength(1);
    expect(scale.placeOf(60_000)).toBeCloseTo(0.485, 3);
    expect(scale.placeOf(12 * hour)).toBeCloseTo(0.515, 3);
  });

  it('leads back from every place to its time', () => {
    for (const ms of [0, 1000, 59_000, 6 * hour, 12 * hour + 30_000]) {
      expect(Math.abs(scale.timeAt(scale.placeOf(ms)) - ms)).toBeLessThan(1);
    }
  });

  it('keeps a short session as it was', () => {
    expect(timeScale([{ fromMs: 0, toMs: 10 }], { fromMs: 0, toMs: 100 }).placeOf(50)).toBeCloseTo(0.5);
  });
});
