import { nanosOfUsd } from './ledger.ts';
import { modelId } from './pricing/model-id.ts';
import { geoFactors, type PriceRow, priceTable, type Rates, webSearchUsd } from './pricing/table.ts';

export { modelId } from './pricing/model-id.ts';
export type { PriceRow } from './pricing/table.ts';

/** Tokens of one API request, as far as they decide its price. */
export interface PricedUsage {
  input: number;
  output: number;
  cacheRead: number;
  /** All writes to the cache. */
  cacheCreation: number;
  /** Of them kept for an hour instead of five minutes. */
  cacheCreation1h: number;
  webSearches?: number | undefined;
  /** `fast`; anything else is normal. */
  speed?: string | undefined;
  /** `usage.inference_geo`. */
  geo?: string | undefined;
}

export interface Price {
  /** Billionths of a dollar, a whole number: sums are exact in any order. */
  nanos: number;
}

/** Rows by model, the newest day first. */
export type Prices = ReadonlyMap<string, readonly PriceRow[]>;

/** The prices that are built in, and `own` instead of what they replace: each row its model's rows from its day on. */
export function createPrices(own: readonly PriceRow[] = []): Prices {
  const replaced = (row: PriceRow) =>
    own.some((one) => one.model === row.model && (one.from ?? '') <= (row.from ?? ''));
  const rows = [...own, ...priceTable.filter((row) => !replaced(row))];
  const prices = new Map<string, PriceRow[]>();
  for (const row of rows) prices.set(row.model, [...(prices.get(row.model) ?? []), row]);
  for (const list of prices.values()) list.sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? 1 : -1));
  return prices;
}

export const builtInPrices: Prices = createPrices();

/**
 * What one request costs by the table; nothing where it has no price for the model on that day: an unknown price is
 * never zero, and never that of another model. `at` is the request's ISO time; without it today's price holds.
 */
export function priceOf(
  model: string,
  usage: PricedUsage,
  { at, prices = builtInPrices }: { at?: string | undefined; prices?: Prices } = {},
): Price | undefined {
  const row = prices.get(modelId(model))?.find(({ from }) => from === undefined || at === undefined || from <= at);
  if (!row) return undefined;
  const rates = ratesFor(row, usage);
  const dollarsPerMillion =
    usage.input * rates.input +
    usage.output * rates.output +
    usage.cacheRead * rates.cacheRead +
    (usage.cacheCreation - usage.cacheCreation1h) * rates.write5m +
    usage.cacheCreation1h * rates.write1h;
  const factor = (usage.geo !== undefined && Object.hasOwn(geoFactors, usage.geo) && geoFactors[usage.geo]) || 1;
  return { nanos: Math.round(dollarsPerMillion * factor * 1000) + searchNanos(usage) };
}

function ratesFor(row: PriceRow, usage: PricedUsage): Rates {
  const promptTokens = usage.input + usage.cacheRead + usage.cacheCreation;
  if (row.long && promptTokens > row.long.promptTokens) return row.long.rates;
  return (usage.speed === 'fast' ? row.fast : undefined) ?? row.rates;
}

function searchNanos({ webSearches = 0 }: PricedUsage): number {
  return nanosOfUsd(webSearches * webSearchUsd);
}
