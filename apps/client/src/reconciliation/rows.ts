import type { Difference, PriceDifference, ReconciledSource, Reconciliation, Said, SaidAmount } from '@telltale/core';
import { count, plural } from '../words/amount.ts';

/** What one source says of a row, ready for its cell. */
export interface Cell {
  source: ReconciledSource;
  /** `–` where it says nothing, and never $0 for what has no price. */
  text: string;
  tokens: string;
  /** What it says is what it should say. */
  agrees: boolean;
}

/** The sources that take part; one that is not configured has no column. */
export function columnsOf({ sources }: Reconciliation): ReconciledSource[] {
  return sources.filter(({ state }) => state !== 'off').map(({ source }) => source);
}

/** Where one source alone tells of a session, nothing can differ: it was imported, or telemetry was off. */
export function isDifference({ reason }: Pick<Difference, 'reason'>): boolean {
  return reason !== 'alone';
}

/** What makes the comparison incomplete. */
export function problemsOf({ sources, unpricedModels }: Pick<Reconciliation, 'sources' | 'unpricedModels'>): string[] {
  const problems = sources.flatMap(({ problem }) => problem ?? []);
  if (unpricedModels.length === 0) return problems;
  const inNoTotal = 'what only transcripts tell of it is in no total';
  const charged = 'what the client charged is its default model’s price';
  return [...problems, `No price for ${unpricedModels.join(', ')}: ${inNoTotal}, and ${charged}.`];
}

export function cellsOf(said: Said, differences: readonly Difference[], columns: readonly ReconciledSource[]): Cell[] {
  return columns.map((source) => ({
    source,
    text: usdOf(said[source]),
    tokens: tokensIn(said[source]),
    agrees: !differences.some((one) => one.source === source && isDifference(one)),
  }));
}

/** "+$0.009158 · 2,539 tokens", with the sign of the difference. */
export function differenceWords({ costUsd, tokens }: Pick<Difference, 'costUsd' | 'tokens'>): string {
  const all = sumOf(tokens);
  const parts = [Math.abs(costUsd) < 5e-10 ? '' : `${signOf(costUsd)}${exactUsd(Math.abs(costUsd))}`];
  if (all !== 0) parts.push(`${signOf(all)}${plural(Math.abs(all), 'token')}`);
  return parts.filter(Boolean).join(' · ') || '±0';
}

/** Which client version reckons with which other price, in one line. */
export function priceWords({ clientVersion, model, requests, costUsd, tableUsd, isolated }: PriceDifference): string {
  const who = clientVersion === undefined ? 'A client' : `Claude Code ${clientVersion}`;
  const what = `${plural(requests, 'request')} of ${model}`;
  const sums = `${exactUsd(costUsd)}, the table ${exactUsd(tableUsd)} (${differenceWords({ costUsd: costUsd - tableUsd, tokens: none })})`;
  return isolated
    ? `${who} reckons ${what} at ${sums}: answers that broke off and were asked for again.`
    : `${who} reckons ${what} at ${sums}.`;
}

/** To the millionth, and further where there is more: here a difference of one must show. */
export function exactUsd(usd: number): string {
  const nanos = Math.round(usd * 1e9);
  const text = (nanos / 1e9).toFixed(9).replace(/0{1,3}$/, '');
  const [whole = '0', part = ''] = text.split('.');
  return `$${count(Number(whole))}.${part}`;
}

const none = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0 };

function usdOf(amount: SaidAmount | undefined): string {
  if (!amount) return '–';
  return amount.costUsd === 0 && sumOf(amount.tokens) > 0 ? 'no price' : exactUsd(amount.costUsd);
}

function tokensIn(amount: SaidAmount | undefined): string {
  if (!amount) return '';
  const { input, output, cacheRead, cacheCreation } = amount.tokens;
  const kinds = `${count(input)} input, ${count(output)} output, ${count(cacheRead)} read from cache, ${count(cacheCreation)} written to it`;
  return amount.requests === undefined ? kinds : `${plural(amount.requests, 'request')}: ${kinds}`;
}

function sumOf({ input, output, cacheRead, cacheCreation }: SaidAmount['tokens']): number {
  return input + output + cacheRead + cacheCreation;
}

function signOf(value: number): string {
  return value < 0 ? '−' : '+';
}
