import { readFileSync } from 'node:fs';
import { alertNames, ruleOf } from '@telltale/core/alerts';
import { expect, it } from 'vitest';
import { grafanaAlertNames } from './rules.ts';

const path = new URL('../../../../docs/alerts.md', import.meta.url);

it('docs/alerts.md has every rule as the table has it', () => {
  const lines = alertNames.map((name) => {
    const { title, severity, lastingMinutes, cooldownMinutes, variable, meaning, fires, usual, evaluate } =
      ruleOf(name);
    const inGrafana = (grafanaAlertNames as readonly string[]).includes(name);
    const judge = evaluate === undefined ? 'Grafana' : inGrafana ? 'both' : 'service';
    const side = fires === 'from' ? 'and more' : fires;
    const again = cooldownMinutes === 0 ? '–' : time(cooldownMinutes);
    const on = usual === undefined ? '' : ` (${usual})`;
    return `| ${title} | \`${variable}\`${on} | ${side} | ${meaning} | ${severity} | ${time(lastingMinutes)} | ${again} | ${judge} |`;
  });
  const head = [
    '| rule | variable | fires | the number is | how bad | said after | again | judged by |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  expect(readFileSync(path, 'utf8')).toContain(
    `<!-- rules: generated -->\n${[...head, ...lines].join('\n')}\n<!-- end -->`,
  );
});

function time(minutes: number): string {
  if (minutes === 0) return 'at once';
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
