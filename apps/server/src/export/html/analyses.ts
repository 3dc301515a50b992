import {
  type Analysis,
  type AnalysisRow,
  doubtsOf,
  type MeasureView,
  measureWords,
  toldMeasures,
} from '@telltale/core/analysis';
import { oneLine, plural } from '@telltale/core/words';
import { barsSvg, weekSvg } from './charts.ts';
import { documentHead } from './document.ts';
import { escapeHtml } from './escape.ts';
import { style as base } from './style.ts';

export interface AnalysesFacts {
  version: string;
  exportedAt: string;
  from: string;
  to: string;
  timeZone: string;
  /** Of which sessions, as it was asked; empty for all. */
  conditions: readonly string[];
  prices: Analysis['prices'];
}

const style = `${base}
.analysis { margin-top: 28px; padding-top: 12px; border-top: 1px solid var(--line); }
.analysis .sum { font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
.analysis svg { display: block; width: 100%; height: auto; margin: 10px 0; }
.bar, .cell { fill: var(--link); }
.axis { stroke: var(--line); }
.analysis svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.analysis td:first-child { max-width: 480px; }
`;

/** The numbers of the page Analytics as one file: what it shows as charts, as bars and tables. */
export function* analysesHtml(analyses: Iterable<Analysis>, facts: AnalysesFacts): Iterable<string> {
  const { from, to, timeZone, version } = facts;
  const time = `${timeIn(from, timeZone)} – ${timeIn(to, timeZone)}`;
  yield documentHead({ title: `Telltale: ${time}`, version, style });
  const told = [time, timeZone, ...facts.conditions, priceWords[facts.prices]];
  yield `<header class="head"><h1>Where time and money went</h1><p class="facts">${told
    .map((one) => `<span>${escapeHtml(one)}</span>`)
    .join('')}</p></header>\n<main>\n`;
  for (const analysis of analyses) yield analysisHtml(analysis);
  yield `</main>\n<footer class="foot"><p>Made by Telltale ${escapeHtml(version)}, ${timeIn(facts.exportedAt, timeZone)}.</p></footer>\n</body>\n</html>\n`;
}

const priceWords = {
  client: 'list price as the client reckoned',
  table: 'list price by the price table',
} as const satisfies Record<Analysis['prices'], string>;

function analysisHtml(analysis: Analysis): string {
  const { title, question, measures, total, rows, unknown, shape } = analysis;
  const [first] = measures;
  const sum = !first || rows.length === 0 ? '–' : measureWords(first, { [first.key]: 0, ...total });
  const doubts = [doubtsOf(total), unknown ? `${plural(unknown.sessions, 'session')}: ${unknown.reason}` : ''];
  const notes = doubts.filter(Boolean).map((words) => `<p class="muted">${escapeHtml(words)}</p>`);
  const chart = shape === 'week' ? weekSvg(analysis) : shape === 'time' ? barsSvg(analysis) : '';
  return `<section class="analysis"><h2>${escapeHtml(title)}</h2><p class="muted">${escapeHtml(question)}</p>
<p class="sum">${escapeHtml(sum)}</p>${notes.join('')}
${chart}${rowsHtml(analysis)}</section>\n`;
}

function rowsHtml(analysis: Analysis): string {
  if (analysis.rows.length === 0) return '<p class="muted">Nothing in this time.</p>';
  // Hours of a week are read from their picture.
  return analysis.shape === 'week'
    ? `<details><summary>hour by hour</summary>${tableHtml(analysis)}</details>`
    : tableHtml(analysis);
}

function tableHtml({ measures, rows, total, by, sessions }: Analysis): string {
  const told = toldMeasures(measures, rows);
  const heads = told.map(({ label }) => `<th class="number-cell" scope="col">${escapeHtml(label)}</th>`).join('');
  const all = { label: 'all', values: total, sessions };
  return `<div class="wide"><table><thead><tr><th scope="col">${escapeHtml(by)}</th>${heads}<th class="number-cell" scope="col">sessions</th></tr></thead>
<tbody>${rows.map((row) => rowHtml(row, told)).join('\n')}</tbody>
<tfoot>${rowHtml(all, told)}</tfoot></table></div>`;
}

function rowHtml(
  { label, detail, values, sessions }: Pick<AnalysisRow, 'label' | 'detail' | 'values' | 'sessions'>,
  measures: readonly MeasureView[],
): string {
  const more = detail === undefined ? '' : `<br><span class="muted">${escapeHtml(oneLine(detail, 300))}</span>`;
  const cells = measures.map((measure) => `<td class="number-cell">${escapeHtml(measureWords(measure, values))}</td>`);
  return `<tr><td>${escapeHtml(oneLine(label, 300))}${more}</td>${cells.join('')}<td class="number-cell">${sessions}</td></tr>`;
}

/** `2026-11-21 14:05`, as a clock there shows it. */
function timeIn(at: string, timeZone: string): string {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return shown.format(new Date(at));
}
