import { countWords, moneyWords, type RequestCost, shareWords } from '@telltale/core';
import { cacheHitRatio, costSumOf, tokensIn } from '@telltale/core/story';
import { costHint, type KnownCost } from '../words/cost-words.ts';
import { duration } from '../words/time.ts';

/** A single request as a sum. */
export function costOfRequest(request: RequestCost): KnownCost {
  return costSumOf([request]);
}

export function tokenWords({ tokens }: RequestCost): string {
  return `${countWords(tokensIn(tokens))} in · ${countWords(tokens.output)} out`;
}

/** `97 % cached`: of what was sent, as the head of the session says it of all of it; nothing where nothing was sent. */
export function cachedWords({ tokens }: RequestCost): string | undefined {
  const hits = cacheHitRatio(tokens);
  return hits === undefined ? undefined : `${shareWords(hits)} cached`;
}

/** Everything that is known of a request, a line each. */
export function requestHint(request: RequestCost): string {
  const hits = cacheHitRatio(request.tokens);
  const { model, effort, speed, tokens, cacheCreation1h, durationMs, ttftMs, id, tableUsd, costUsd, kind } = request;
  const kept = cacheCreation1h > 0 ? ` (${countWords(cacheCreation1h)} for an hour)` : '';
  const differs = kind === 'request' && tableUsd !== undefined && Math.abs(tableUsd - costUsd) > 1e-6;
  return [
    costHint(costOfRequest(request)),
    differs ? `${moneyWords(tableUsd)} by the price table` : '',
    [model, effort && `effort ${effort}`, speed === 'fast' && 'fast mode'].filter(Boolean).join(' · '),
    `${countWords(tokens.input)} new · ${countWords(tokens.cacheRead)} read from the cache · ${countWords(tokens.cacheCreation)} written to it${kept}`,
    hits === undefined ? '' : `cache hits ${shareWords(hits)}`,
    `${countWords(tokens.output)} out`,
    [
      ttftMs !== undefined && `first token after ${duration(ttftMs)}`,
      durationMs !== undefined && `took ${duration(durationMs)}`,
    ]
      .filter(Boolean)
      .join(' · '),
    id ?? '',
  ]
    .filter(Boolean)
    .join('\n');
}
