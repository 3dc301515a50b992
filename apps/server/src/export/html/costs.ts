import type { RequestCost, SessionCost } from '@telltale/core';
import { countWords, durationWords, moneyWords, plural } from '@telltale/core/words';
import { escapeHtml } from './escape.ts';

/** What a session cost in one line; nothing where nothing is known: never $0.00. */
export function costWords(cost: SessionCost | undefined): string | undefined {
  if (!cost || cost.costSource === 'none') return undefined;
  const { input, output, cacheRead, cacheCreation } = cost.tokens;
  const total = `${moneyWords(cost.costUsd, cost.costSource === 'transcript')} list price`;
  const tokens = [
    `${countWords(input)} in`,
    `${countWords(output)} out`,
    `${countWords(cacheRead)} from cache`,
    `${countWords(cacheCreation)} to cache`,
  ];
  const rest = [
    ...(cost.costSource === 'transcript' ? ['estimated from the transcript'] : []),
    ...(cost.unattributedUsd > 0 ? [`${moneyWords(cost.unattributedUsd)} of it not attributed to a prompt`] : []),
    ...(cost.unpricedModels.length > 0 ? [`without ${cost.unpricedModels.join(', ')}, whose price is not known`] : []),
  ];
  return [total, tokens.join(', '), ...rest].join(' · ');
}

/** By model, and each request, folded. */
export function costHtml(cost: SessionCost): string {
  if (cost.costSource === 'none') return '';
  const models = cost.byModel.map(({ key, costUsd, estimatedUsd, requests, tokens }) => [
    key ?? 'unknown',
    moneyWords(costUsd, estimatedUsd > 0),
    String(requests),
    ...[tokens.input, tokens.output, tokens.cacheRead, tokens.cacheCreation].map(countWords),
  ]);
  const tokenNames = ['Input', 'Output', 'From cache', 'To cache'];
  const byModel = table(['Model', 'Cost', 'Requests', ...tokenNames], models);
  const requests = table(['At', 'Model', 'Agent', 'Cost', ...tokenNames, 'Took'], cost.requests.map(requestRow));
  return `<section class="costs"><h2>Cost</h2>${byModel}<details><summary>${plural(cost.requests.length, 'request')}</summary>${requests}</details></section>\n`;
}

function requestRow({ at, model, agentType, kind, costUsd, tokens, durationMs }: RequestCost): string[] {
  return [
    at.slice(11, 19),
    model,
    kind === 'unattributed' ? 'not attributed' : (agentType ?? ''),
    moneyWords(costUsd, kind === 'estimated'),
    ...[tokens.input, tokens.output, tokens.cacheRead, tokens.cacheCreation].map(countWords),
    durationMs === undefined ? '' : durationWords(durationMs),
  ];
}

/** Words on the left, numbers on the right. */
function table(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const words = new Set(['Model', 'At', 'Agent']);
  const cell = (tag: 'th' | 'td', text: string, index: number) =>
    `<${tag}${words.has(names[index] ?? '') ? '' : ' class="number-cell"'}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: 'th' | 'td', texts: readonly string[]) =>
    `<tr>${texts.map((text, index) => cell(tag, text, index)).join('')}</tr>`;
  return `<div class="wide" tabindex="0"><table><thead>${line('th', names)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table></div>`;
}
