import { moneyWords } from './words.ts';

/** A sum of money as far as it is known. */
export interface KnownCost {
  /** Absent: nothing is known. */
  costUsd?: number | undefined;
  /** Of it: priced by table, from a transcript alone. */
  estimatedUsd?: number | undefined;
  /** Requests of models without a price: they are in no sum. */
  unpriced?: number | undefined;
  /** Absent: not told. */
  requests?: number | undefined;
}

/** `$4.12`, `~$0.42` estimated, `≥ $0.42` where requests have no price, `–` unknown. */
export function costWords({ costUsd, estimatedUsd = 0, unpriced = 0, requests }: KnownCost): string {
  const isUnknown = costUsd === undefined || (costUsd === 0 && (requests === 0 || unpriced > 0));
  if (isUnknown) return '–';
  const words = moneyWords(costUsd, estimatedUsd > 0);
  return unpriced > 0 ? `≥ ${words}` : words;
}
