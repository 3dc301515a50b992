import { type Filter, type FilterTerm, msOfUnit, type Pattern, type TimeUnit } from './grammar.ts';

/** The filter in its plainest spelling; reading it again gives the same terms. */
export function formatFilter(filter: Filter): string {
  return filter.terms.map(formatTerm).join(' ');
}

export function formatTerm(term: FilterTerm): string {
  return `${term.negated ? '-' : ''}${formatBody(term)}`;
}

function formatBody(term: FilterTerm): string {
  switch (term.kind) {
    case 'text':
      return formatPatterns(term.patterns, true);
    case 'field':
      return `${term.key}:${formatPatterns(term.patterns, false)}`;
    case 'is':
      return `is:${term.names.join(',')}`;
    case 'duration':
      return `duration${term.comparison}${formatSpan(term.ms, durationUnits)}`;
    case 'cost':
      return `cost${term.comparison}${formatUsd(term.usd)}`;
    case 'since':
    case 'until':
      return `${term.kind}:${formatSpan(term.agoMs, sinceUnits)}`;
    case 'since-date':
      return `since:${new Date(term.fromMs).toISOString()}`;
    case 'until-date':
      return `until:${new Date(term.toMs).toISOString()}`;
    default:
      return term satisfies never;
  }
}

function formatPatterns(patterns: readonly Pattern[], startsTerm: boolean): string {
  return patterns.map((pattern, index) => formatPattern(pattern, startsTerm && index === 0)).join(',');
}

const needsQuotes = /[\s",*]/;
/** What would be read as a sign or a key where a text term begins. */
const looksLikeMore = /^-|^[A-Za-z]+:|^(duration|cost)[<>=]/i;

/** What would be read as a comparison behind a key. */
const looksCompared = /^[<>]/;

/** A value as it has to be typed; `startsTerm`: nothing stands before it. */
export function formatPattern(pattern: Pattern, startsTerm = false): string {
  return pattern
    .map((piece, index) => {
      const isMore = index === 0 && (startsTerm ? looksLikeMore : looksCompared).test(piece);
      const isPlain = !needsQuotes.test(piece) && !isMore;
      return isPlain ? piece : `"${piece.replace(/["\\]/g, '\\$&')}"`;
    })
    .join('*');
}

const durationUnits = ['h', 'm', 's'] as const;
const sinceUnits = ['w', 'd', ...durationUnits] as const;

/** To a billionth, and never as `1e-7`. */
function formatUsd(usd: number): string {
  return usd.toFixed(9).replace(/\.?0+$/, '');
}

function formatSpan(ms: number, units: readonly TimeUnit[]): string {
  const unit = (ms > 0 && units.find((one) => ms % msOfUnit[one] === 0)) || 'ms';
  return `${ms / msOfUnit[unit]}${unit}`;
}
