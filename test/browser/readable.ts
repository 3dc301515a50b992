/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import type { Viewer } from './setting.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

const schemes = ['light', 'dark'] as const;

/** The same for light and dark; `seen` looks at each of them, too. Another scheme is the same page in other colours. */
export async function expectReadableInBoth(
  viewer: Viewer,
  name = '',
  seen?: (scheme: (typeof schemes)[number]) => Promise<void>,
): Promise<void> {
  const colours = new Set<string>();
  for (const colorScheme of schemes) {
    await viewer.page.emulateMedia({ colorScheme });
    colours.add(await viewer.page.evaluate(() => getComputedStyle(document.body).color));
    await seen?.(colorScheme);
    if (colorScheme === 'light') await expectReadable(viewer, name);
    else await expectNothingSerious(viewer, `${name}, ${colorScheme}`, ['color-contrast']);
  }
  expect(colours.size, `${name}: colours of the text`).toBe(2);
}

/** Nothing serious for axe, and no text below 12 px. */
export async function expectReadable(viewer: Viewer, name = ''): Promise<void> {
  await expectNothingSerious(viewer, name);
  await expectNoSmallText(viewer, name);
}

async function expectNothingSerious({ page }: Viewer, name: string, runOnly?: readonly string[]): Promise<void> {
  await page.evaluate(axe);
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly });
  const found = (await page.evaluate(`axe.run(document, ${options})`)) as { violations: Finding[] };
  const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    serious.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`)
          .slice(0, 3)
          .join('\n')}`,
    ),
    name,
  ).toEqual([]);
}

async function expectNoSmallText({ page }: Viewer, name: string): Promise<void> {
  const small = await page.evaluate(() => {
    const tooSmall: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!element || !walker.currentNode.textContent?.trim() || !element.checkVisibility()) continue;
      if (Number.parseFloat(getComputedStyle(element).fontSize) < 12) tooSmall.push(element.outerHTML.slice(0, 120));
    }
    return tooSmall;
  });
  expect(small, `${name}: text below 12 px`).toEqual([]);
}
