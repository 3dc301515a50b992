import type { Span } from './lanes.ts';

export interface LaneColours {
  plain: string;
  working: string;
  waiting: string;
  failed: string;
  trouble: string;
  text: string;
}

interface View {
  from: number;
  to: number;
  width: number;
  height: number;
  openedKey?: number | undefined;
}

/** Bars for calls, thin marks for moments; a prompt is a tall mark, a failed call a notch with a foot. */
export function drawLane(canvas: HTMLCanvasElement, spans: readonly Span[], view: View, colours: LaneColours): void {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(view.width * scale);
  canvas.height = Math.round(view.height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  for (const span of spans) {
    const { left, wide } = placeOfSpan(span, view);
    const top = topOf(span);
    context.fillStyle = colourOf(span, colours);
    context.fillRect(left, top, wide, view.height - 2 * top);
    if (span.state === 'failed' || span.state === 'never-ran') {
      context.fillStyle = colours.failed;
      context.fillRect(left, view.height - 7, Math.max(4, wide), 3);
    }
    if (span.key === view.openedKey) {
      context.strokeStyle = colours.text;
      context.lineWidth = 1.5;
      context.strokeRect(left - 1.5, 2, wide + 3, view.height - 4);
    }
  }
}

/** The span under the pointer, the nearest within a few pixels. */
export function spanAt(spans: readonly Span[], x: number, view: View): Span | undefined {
  let best: Span | undefined;
  let least = 6;
  for (const span of spans) {
    const { left, wide } = placeOfSpan(span, view);
    const away = x < left ? left - x : x > left + wide ? x - left - wide : 0;
    if (away <= least) [best, least] = [span, away];
  }
  return best;
}

/** A moment stands tall, a wait is thick, what merely goes on is a thin line: most of the page is quiet. */
function topOf(span: Span): number {
  if (span.kind === 'prompt' || span.kind === 'turn') return 4;
  if (span.state === 'waiting') return 8;
  return span.state === 'running' ? 12 : 9;
}

function placeOfSpan(span: Span, { from, to, width }: View): { left: number; wide: number } {
  const perMs = width / (to - from);
  const left = Math.max(0, (span.fromMs - from) * perMs);
  return { left, wide: Math.max(2, (Math.min(span.toMs, to) - from) * perMs - left) };
}

function colourOf(span: Span, colours: LaneColours): string {
  if (span.state === 'waiting') return colours.waiting;
  if (span.state === 'trouble') return colours.trouble;
  if (span.state === 'running') return colours.working;
  return span.kind === 'prompt' ? colours.text : colours.plain;
}
