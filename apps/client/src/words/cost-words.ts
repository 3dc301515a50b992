import {
  type CostSource,
  costWords,
  exactMoney,
  type KnownCost,
  moneyWords,
  type PriceDifference,
} from '@telltale/core';
import { plural } from './amount.ts';

export { costWords, type KnownCost };

/** The whole truth about it, for the hover. */
export function costHint({ costUsd, estimatedUsd = 0, unpriced = 0, requests }: KnownCost): string {
  if (costWords({ costUsd, estimatedUsd, unpriced, requests }) === '–') {
    return unpriced > 0 ? 'no price is known for the model' : 'cost not known';
  }
  const lines = [exactMoney(costUsd ?? 0)];
  if (estimatedUsd > 0) {
    const part = estimatedUsd < (costUsd ?? 0) ? `${moneyWords(estimatedUsd)} of it ` : '';
    lines.push(`${part}estimated: the transcript’s tokens at list price`);
  }
  if (unpriced > 0)
    lines.push(`without ${unpriced === 1 ? 'a request' : `${unpriced} requests`} of models that have no price`);
  return lines.join('\n');
}

/** `client 2.1.197 reckons $0.42, the table says $0.14`. */
export function differenceWords({ clientVersion, costUsd, tableUsd, requests, isolated }: PriceDifference): string {
  const client = clientVersion === undefined ? 'the client' : `client ${clientVersion}`;
  // No other price: what a broken answer cost is in the event of the next.
  if (isolated)
    return `${plural(requests, 'request')} asked for again after a broken answer: ${moneyWords(costUsd - tableUsd)} more`;
  return `${client} reckons ${moneyWords(costUsd)}, the table says ${moneyWords(tableUsd)}`;
}

/** What stands behind a sum, said once. */
export function sourceWords(source: CostSource | undefined): string {
  if (source === 'events') return 'list price, as the client reckoned';
  if (source === 'transcript') return 'estimated from the transcript at list price';
  return 'cost not known: no answered request of a known model was told';
}
