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

/** Nothing serious for axe, and no text below 12 px. */
export async function expectReadable({ page }: Viewer, name = ''): Promise<void> {
  await page.evaluate(axe);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: Finding[];
  };
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
