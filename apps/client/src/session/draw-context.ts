import { fullContextShare } from '@telltale/core';
import type { ContextUse } from '@telltale/core/story';

export const contextPx = 30;

export interface ContextColours {
  line: string;
  fill: string;
  /** The window and, as long as nothing reached it, where it is full. */
  limit: string;
  full: string;
  mark: string;
}

/** The context over time as steps: what each request held stays until the next one; compactions as ticks. */
export function drawContext(
  context: CanvasRenderingContext2D,
  use: ContextUse,
  view: { top: number; widthPx: number; xOf: (ms: number) => number; toMs: number },
  colours: ContextColours,
): void {
  const { points, window, most } = use;
  if (points.length === 0) return;
  const bottom = view.top + contextPx - 1;
  const room = contextPx - 4;
  const scale = scaleTop(most, window);
  const yOf = (tokens: number) => bottom - (tokens / scale) * room;

  const path = stepPath(
    points.map(({ atMs, tokens }) => [view.xOf(atMs), yOf(tokens)] as const),
    view.xOf(view.toMs),
  );
  context.fillStyle = colours.fill;
  context.beginPath();
  context.moveTo(path[0]?.[0] ?? 0, bottom);
  for (const [x, y] of path) context.lineTo(x, y);
  context.lineTo(path.at(-1)?.[0] ?? 0, bottom);
  context.fill();
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const [at, [x, y]] of path.entries()) at === 0 ? context.moveTo(x, y) : context.lineTo(x, y);
  context.stroke();

  if (window !== undefined) {
    dashed(context, yOf(window), view.widthPx, colours.limit, []);
    const full = window * fullContextShare;
    dashed(context, yOf(full), view.widthPx, most >= full ? colours.full : colours.limit, [3, 3]);
  }
  context.fillStyle = colours.mark;
  for (const ms of use.compactionsMs) context.fillRect(view.xOf(ms) - 0.75, view.top + 2, 1.5, contextPx - 3);
}

/** The whole window, so that what looks full is full; where nobody knows it, what was held and some air. */
function scaleTop(most: number, window: number | undefined): number {
  return window === undefined ? Math.max(1, most * 1.2) : Math.max(window, most);
}

/** Steps, those on one pixel drawn as one. */
function stepPath(points: readonly (readonly [number, number])[], endX: number): (readonly [number, number])[] {
  const path: (readonly [number, number])[] = [];
  for (const [x, y] of points) {
    const last = path.at(-1);
    if (last && x - last[0] < 0.5 && Math.abs(y - last[1]) < 0.5) continue;
    if (last) path.push([x, last[1]]);
    path.push([x, y]);
  }
  const last = path.at(-1);
  if (last && endX > last[0]) path.push([endX, last[1]]);
  return path;
}

function dashed(context: CanvasRenderingContext2D, y: number, widthPx: number, colour: string, dash: number[]): void {
  context.strokeStyle = colour;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(0, Math.round(y) + 0.5);
  context.lineTo(widthPx, Math.round(y) + 0.5);
  context.stroke();
  context.setLineDash([]);
}
