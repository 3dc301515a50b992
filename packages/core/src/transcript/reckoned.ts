import { fieldsAt, isFields, numberAt } from '../fields.ts';
import { nanosOfUsd } from '../ledger.ts';
import type { Amount } from '../reconciliation/amount.ts';
import { asTokens } from '../tokens.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';

/**
 * What a `cost-state` row tells: the client's own sum for the conversation so far, compactions and titles included, and
 * of a fork what it was forked from. Clients from 2.1.329 on write one at the end of each process.
 */
export function reckonedIn({ line }: Pick<TranscriptEntry, 'line'>): Amount | undefined {
  const usd = numberAt(line, 'totalCostUSD');
  const models = Object.values(fieldsAt(line, 'modelUsage') ?? {}).filter(isFields);
  if (usd === undefined || usd < 0 || models.length === 0) return undefined;
  const sum = (key: string) => models.reduce((all, usage) => all + asTokens(numberAt(usage, key)), 0);
  return {
    nanos: nanosOfUsd(usd),
    tokens: {
      input: sum('inputTokens'),
      output: sum('outputTokens'),
      cacheRead: sum('cacheReadInputTokens'),
      cacheCreation: sum('cacheCreationInputTokens'),
    },
  };
}
