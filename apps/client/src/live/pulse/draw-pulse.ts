import { colourOf } from '../../base/colours.ts';
import type { PulseBar } from './pulse.ts';

interface Size {
  width: number;
  height: number;
}

/**
 * Bars from the floor: grey is what happened, its dark foot what failed; an amber mark on top says that
 * somebody was asked. Heights go by the square root, so that a burst does not flatten an hour's work.
 */
export function drawPulse(canvas: HTMLCanvasElement, bars: readonly PulseBar[], { width, height }: Size): void {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  const colour = coloursOf(canvas);
  context.scale(scale, scale);
  const step = width / bars.length;
  const most = Math.sqrt(Math.max(8, ...bars.map((bar) => bar.events)));
  const tall = (events: number) => (events === 0 ? 0 : Math.max(2, (Math.sqrt(events) / most) * (height - 6)));
  bars.forEach((bar, index) => {
    const left = index * step;
    const wide = Math.max(1, step - 1);
    const top = tall(bar.events);
    context.fillStyle = colour.events;
    context.fillRect(left, height - top, wide, top);
    if (bar.failures > 0) {
      const foot = Math.max(2, (top * bar.failures) / bar.events);
      context.fillStyle = colour.failures;
      context.fillRect(left, height - foot, wide, foot);
    }
    if (bar.waits > 0) {
      context.fillStyle = colour.waits;
      context.fillRect(left - 1, Math.max(0, height - top - 5), wide + 2, 4);
    }
  });
}

function coloursOf(element: Element) {
  const of = (token: string) => colourOf(element, token);
  return { events: of('--line-strong'), failures: of('--text'), waits: of('--needs-you') };
}
