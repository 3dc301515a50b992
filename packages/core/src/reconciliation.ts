import { nanosOfUsd } from './ledger.ts';
import { mayDifferNanos } from './pricing/differences.ts';
import { type Amount, isNothing, minus, negative, noAmount, plus, saidOf } from './reconciliation/amount.ts';
import { wordsOf } from './reconciliation/words.ts';
import {
  type Difference,
  type DifferenceReason,
  differenceReasons,
  type ReconciledSource,
  reconciledSources,
  type Said,
} from './reconciliation-view.ts';
import { tokenCount } from './tokens.ts';

export { type Amount, minus as minusAmount, noAmount, plus as plusAmount } from './reconciliation/amount.ts';

/** What is known of one session, by each source alone and request by request. */
export interface ReconciliationFacts {
  said: Partial<Record<ReconciledSource, Amount>>;
  /** Requests that the transcript tells and this session counts, and that have no event. */
  unheard: Amount;
  /** Requests in its transcript that another session counts. */
  inherited: Amount;
  /** Requests that have an event, and no row in the transcript. */
  untold: Amount;
  /** Of requests with both, how much more the transcript's say by table: because the client's version has other prices, */
  otherPrices: Amount;
  /** because an answer broke off, */
  brokenOff: Amount;
  /** because the table has no price. */
  unpriced: Amount;
  /** `api_refusal` events. */
  refusals: number;
  /** Requests whose cost was told in whole millionths of a dollar. */
  rounded: number;
}

/** Each source is compared with the one that should say the same for the simplest reason. */
export const comparedWith: Readonly<Partial<Record<ReconciledSource, ReconciledSource>>> = {
  metric: 'ledger',
  transcript: 'ledger',
  client: 'transcript',
  prometheus: 'metric',
  loki: 'ledger',
};

type Part = readonly [reason: DifferenceReason, amount: Amount];

/**
 * Why the sources differ, each difference taken apart into reasons. The parts of a source add up to its difference,
 * exactly; what nothing explains is a part of its own.
 */
export function differencesOf(
  facts: ReconciliationFacts,
  answering: readonly ReconciledSource[] = reconciledSources,
): Difference[] {
  return reconciledSources.flatMap((source) => {
    const against = comparedWith[source];
    if (against === undefined || !answering.includes(source)) return [];
    return partsOf(facts, source, against).map(([reason, amount]) => differenceOf(source, against, reason, amount));
  });
}

/** Several sessions' as one: money and tokens by source and reason. */
export function sumDifferences(lists: Iterable<readonly Difference[]>): Difference[] {
  const sums = new Map<string, Difference>();
  for (const one of [...lists].flat()) {
    const key = `${reconciledSources.indexOf(one.source)} ${differenceReasons.indexOf(one.reason) + 100}`;
    const before = sums.get(key);
    const amount = plus(amountOf(one), before ? amountOf(before) : noAmount);
    sums.set(key, differenceOf(one.source, one.against, one.reason, amount));
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, difference]) => difference);
}

export function sumSaid(list: Iterable<Partial<Record<ReconciledSource, Amount>>>): Said {
  const sums: Partial<Record<ReconciledSource, Amount>> = {};
  for (const said of list)
    for (const source of reconciledSources) {
      const amount = said[source];
      if (amount) sums[source] = plus(sums[source] ?? noAmount, amount);
    }
  return saidView(sums);
}

export function saidView(said: Partial<Record<ReconciledSource, Amount>>): Said {
  const view: Said = {};
  for (const source of reconciledSources) {
    const amount = said[source];
    if (amount) view[source] = saidOf(amount);
  }
  return view;
}

function partsOf(facts: ReconciliationFacts, source: ReconciledSource, against: ReconciledSource): readonly Part[] {
  const [mine, theirs] = [facts.said[source], facts.said[against]];
  // Older clients write none, and one that is killed, neither.
  if (source === 'client' && !mine) return [];
  if (mine && theirs) return split(facts, source, minus(mine, theirs));
  if (theirs && !isNothing(theirs)) return [['nothing', negative(theirs)]];
  return mine && !isNothing(mine) ? [['alone', mine]] : [];
}

/** Takes known reasons out of a difference; the rest is rounding, or what the rest means for this source. */
function split(facts: ReconciliationFacts, source: ReconciledSource, difference: Amount): Part[] {
  const known =
    source === 'transcript' ? transcriptParts(facts) : source === 'metric' ? metricParts(facts, difference) : [];
  const parts = known.filter(([, amount]) => !isNothing(amount));
  const rest = parts.reduce((left, [, amount]) => minus(left, amount), difference);
  if (isNothing(rest)) return parts;
  const { requests: _, ...left } = rest;
  return [...parts, [restReason(facts, source, left), left]];
}

function transcriptParts(facts: ReconciliationFacts): Part[] {
  return [
    [isRefused(facts) ? 'refused' : 'unheard', facts.unheard],
    ['inherited', facts.inherited],
    ['untold', negative(facts.untold)],
    ['prices', facts.otherPrices],
    ['broken-stream', facts.brokenOff],
    ['unpriced', facts.unpriced],
  ];
}

/** The metric counts refused requests and both halves of a broken answer. */
function metricParts(facts: ReconciliationFacts, surplus: Amount): Part[] {
  const parts: Part[] = [];
  let rest = surplus;
  if (!isNothing(facts.unheard) && holds(surplus, facts.unheard)) {
    const isAll = Math.abs(surplus.nanos - facts.unheard.nanos) <= roundingOf(facts);
    const refused = isAll ? { ...facts.unheard, nanos: surplus.nanos } : facts.unheard;
    parts.push([isRefused(facts) ? 'refused' : 'unheard', refused]);
    rest = minus(rest, refused);
  }
  const { requests: _, ...broken } = rest;
  if (tokenCount(broken.tokens) > 0 && Math.abs(broken.nanos) <= roundingOf(facts))
    parts.push(['broken-stream', broken]);
  return parts;
}

function restReason(facts: ReconciliationFacts, source: ReconciledSource, rest: Amount): DifferenceReason {
  const tokens = tokenCount(rest.tokens);
  if (tokens === 0 && Math.abs(rest.nanos) <= roundingOf(facts)) return 'rounding';
  if (source === 'client' && tokens === 0) return 'prices';
  const isMore = Math.abs(rest.nanos) <= roundingOf(facts) ? tokens > 0 : rest.nanos > 0;
  if (source === 'metric') return isMore ? 'events-missing' : 'points-missing';
  return isMore ? 'more' : 'less';
}

/** Every request without an event was refused, as far as the client's own `api_refusal` events tell. */
function isRefused({ unheard, refusals }: ReconciliationFacts): boolean {
  return (unheard.requests ?? 0) > 0 && (unheard.requests ?? 0) <= refusals;
}

/** How far sums of doubles and rounded events may be apart. */
function roundingOf({ said, rounded }: ReconciliationFacts): number {
  const requests = (said.ledger?.requests ?? 0) + (said.transcript?.requests ?? 0);
  return mayDifferNanos({ requests, rounded });
}

function holds(whole: Amount, part: Amount): boolean {
  return (
    whole.nanos > 0 &&
    whole.tokens.input >= part.tokens.input &&
    whole.tokens.output >= part.tokens.output &&
    whole.tokens.cacheRead >= part.tokens.cacheRead &&
    whole.tokens.cacheCreation >= part.tokens.cacheCreation
  );
}

function differenceOf(
  source: ReconciledSource,
  against: ReconciledSource,
  reason: DifferenceReason,
  amount: Amount,
): Difference {
  const requests = amount.requests === undefined ? undefined : Math.abs(amount.requests);
  const words = wordsOf(reason, { source, against, requests });
  return { source, against, reason, ...saidOf({ ...amount, ...(requests !== undefined && { requests }) }), words };
}

function amountOf({ costUsd, tokens, requests }: Difference): Amount {
  return { nanos: nanosOfUsd(costUsd), tokens, ...(requests !== undefined && { requests }) };
}
