import { barsOf, type Overview, type OverviewLane } from './overview.ts';

export const lanePx = 16;

export interface OverviewColours {
  pause: string;
  presence: string;
  work: string;
  failure: string;
  wait: string;
  mark: string;
}

export interface OverviewView {
  widthPx: number;
  xOf: (ms: number) => number;
}

/** Draws the lanes: presence thin, calls as blocks, waits amber, failures red and full height, prompts as ticks. */
export function drawOverview(
  context: CanvasRenderingContext2D,
  overview: Overview,
  view: OverviewView,
  colours: OverviewColours,
): void {
  const heightPx = overview.lanes.length * lanePx;
  context.clearRect(0, 0, view.widthPx, heightPx);
  for (const pause of overview.scale.pauses) {
    const from = view.xOf(pause.fromMs);
    const to = view.xOf(pause.toMs);
    context.fillStyle = colours.pause;
    for (let y = 3; y < heightPx; y += 4) context.fillRect((from + to) / 2 - 0.5, y, 1, 2);
  }
  for (const [at, lane] of overview.lanes.entries()) drawLane(context, lane, at * lanePx, view, colours);
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: OverviewLane,
  top: number,
  { xOf }: OverviewView,
  colours: OverviewColours,
): void {
  const fill = (colour: string, bars: readonly [number, number][], y: number, height: number) => {
    context.fillStyle = colour;
    for (const [from, to] of bars) context.fillRect(from, top + y, to - from, height);
  };
  fill(colours.presence, barsOf(lane.present, xOf, 2), 8, 1);
  fill(colours.work, barsOf(lane.spans, xOf, 1.5), 5, 7);
  fill(colours.wait, barsOf(lane.waits, xOf, 3), 6, 5);
  const failures = lane.marks.filter((mark) => mark.kind === 'failure');
  fill(
    colours.failure,
    barsOf(
      failures.map(({ atMs }) => ({ fromMs: atMs, toMs: atMs })),
      xOf,
      2.5,
    ),
    2,
    13,
  );
  context.fillStyle = colours.mark;
  for (const mark of lane.marks) {
    if (mark.kind === 'prompt') context.fillRect(xOf(mark.atMs) - 0.75, top, 1.5, lanePx);
    else if (mark.kind === 'compaction') context.fillRect(xOf(mark.atMs) - 3, top + 7, 6, 2);
  }
}
