/// <reference lib="dom" />
import { expect } from 'vitest';
import type { Viewer } from './setting.ts';

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

/** A clock that gains a digit is no jump; a line that moves by its height is twenty times as much. */
const digit = 0.0001;

/** Nothing that could be seen has moved since the page was opened. */
export async function expectStill(viewer: Viewer, name = ''): Promise<void> {
  expect(await movesOf(viewer), `${name}: what moved`).toEqual([]);
}

/** What has moved since the page was opened, with where it was and went. */
export function movesOf({ page }: Viewer): Promise<string[]> {
  return page.evaluate(
    (least) =>
      new Promise<string[]>((done) => {
        const rect = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].map(Math.round).join(' ');
        const nameOf = (node: Node | null) => {
          const element = node instanceof Element ? node : node?.parentElement;
          const place = `${element?.parentElement?.className} > ${element?.className || element?.tagName}`;
          return `${place} “${(node?.textContent ?? '').trim().slice(0, 60)}”`;
        };
        const told: string[] = [];
        const observer = new PerformanceObserver((list) => {
          for (const { value, startTime, hadRecentInput, sources } of list.getEntries() as Shift[]) {
            if (hadRecentInput || value < least) continue;
            const what = sources.map(
              ({ node, previousRect, currentRect }) => `${nameOf(node)} ${rect(previousRect)} → ${rect(currentRect)}`,
            );
            told.push(`${value.toFixed(5)} after ${Math.round(startTime)} ms: ${what.join('; ')}`);
          }
        });
        observer.observe({ type: 'layout-shift', buffered: true });
        // What was drawn before is told by the next frame's task.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(told), 50)));
      }),
    digit,
  );
}
