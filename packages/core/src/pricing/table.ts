/** Dollars per million tokens. Writes to the cache by how long it keeps them. */
export interface Rates {
  input: number;
  output: number;
  cacheRead: number;
  write5m: number;
  write1h: number;
}

/** What a model costs from a day on. */
export interface PriceRow {
  /** As `modelId` spells it. */
  model: string;
  /** The first day of these prices (UTC), `YYYY-MM-DD`; absent for prices since the model is there. */
  from?: string;
  rates: Rates;
  /** Tokens that fit into its context, where somebody named them; else `contextWindowOf` knows, or nobody. */
  window?: number;
  /** Fast mode, where it costs more. */
  fast?: Rates;
  /** Requests with more than `promptTokens` (input, cache reads and writes together) cost this. */
  long?: { promptTokens: number; rates: Rates };
}

/** One web search; a web fetch costs nothing but its tokens. */
export const webSearchUsd = 0.01;

/** What tokens cost more that must be worked on in one place (`usage.inference_geo`). */
export const geoFactors: Readonly<Record<string, number>> = { us: 1.1 };

/** Writing costs 1.25 × input for five minutes and 2 × for an hour, with every model that was measured. */
export function ratesOf(input: number, output: number, cacheRead: number): Rates {
  return { input, output, cacheRead, write5m: (input * 5) / 4, write1h: input * 2 };
}

const [opus5Rates, opus5Fast] = [ratesOf(5, 25, 0.5), ratesOf(10, 50, 1)];
const [sonnetRates, bigOpusRates] = [ratesOf(3, 15, 0.3), ratesOf(15, 75, 1.5)];

/**
 * List prices. Measured: the client (2.1.329) was answered with exactly 1,000 tokens of one kind, and told its
 * `cost_usd`. A new price of a model is a new row with its day; the old row stays for the requests before it.
 */
export const priceTable: readonly PriceRow[] = [
  { model: 'claude-opus-5-5', rates: ratesOf(4, 20, 0.2), fast: ratesOf(8, 40, 0.4) },
  { model: 'claude-opus-5', rates: opus5Rates, fast: opus5Fast },
  { model: 'claude-opus-4-8', rates: opus5Rates, fast: opus5Fast },
  { model: 'claude-opus-4-7', rates: opus5Rates, fast: ratesOf(30, 150, 3) },
  { model: 'claude-opus-4-6', rates: opus5Rates, fast: ratesOf(30, 150, 3) },
  { model: 'claude-opus-4-5', rates: opus5Rates },
  { model: 'claude-sonnet-5-5', rates: ratesOf(2, 10, 0.1) },
  { model: 'claude-sonnet-5', rates: ratesOf(2, 10, 0.2) },
  { model: 'claude-sonnet-4-6', rates: sonnetRates },
  { model: 'claude-sonnet-4-5', rates: sonnetRates },
  { model: 'claude-sonnet-4', rates: sonnetRates },
  { model: 'claude-3-7-sonnet', rates: sonnetRates },
  {
    model: 'claude-haiku-5-5',
    rates: ratesOf(0.1, 0.5, 0.01),
    long: { promptTokens: 100_000, rates: ratesOf(0.5, 2.5, 0.05) },
  },
  { model: 'claude-haiku-4-5', rates: ratesOf(1, 5, 0.1) },
  { model: 'claude-3-5-haiku', rates: ratesOf(0.8, 4, 0.08) },
  { model: 'claude-fable-5', rates: ratesOf(10, 50, 1) },
  { model: 'claude-mythos-5', rates: ratesOf(10, 50, 1) },
  { model: 'claude-fable-5-1', rates: ratesOf(10, 50, 0.25) },
  { model: 'claude-mythos-5-1', rates: ratesOf(10, 50, 0.25) },
  { model: 'claude-fable-5-2', rates: ratesOf(8, 40, 0.2), fast: ratesOf(16, 80, 0.4) },
  { model: 'claude-mythos-5-2', rates: ratesOf(8, 40, 0.2), fast: ratesOf(16, 80, 0.4) },
  // Old sessions on disk still name these; today's client sends other models instead, so they are the published prices.
  { model: 'claude-opus-4-1', rates: bigOpusRates },
  { model: 'claude-opus-4', rates: bigOpusRates },
  { model: 'claude-3-opus', rates: bigOpusRates },
  { model: 'claude-3-5-sonnet', rates: sonnetRates },
];
