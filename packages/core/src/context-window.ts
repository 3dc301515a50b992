import { modelBase } from './ledger.ts';
import { modelId } from './pricing/model-id.ts';
import type { Prices } from './pricing.ts';

/** Share of its window from which a context is called full: the client compacts by itself not long after. */
export const fullContextShare = 0.85;

const small = 200_000;
const large = 1_000_000;

/** Models that have the large window without being asked for it, as the client (2.1.329) lists them. */
const largeModels = /^claude-(?:opus-(?:4-[7-9]|[5-9])|sonnet-[5-9]|fable-|mythos-)/;

/**
 * Tokens that fit into the context of a model; nothing where the model is unknown. Others get the large window by a
 * suffix that no event tells (`[1m]`): who has held more than the small one has it. `seen`: the most that was held.
 */
export function contextWindowOf(model: string, seen = 0): number | undefined {
  const name = modelBase(model);
  if (!name.startsWith('claude-')) return undefined;
  if (seen > large) return undefined;
  return largeModels.test(name) || seen > small ? large : small;
}

/** What prices of one's own name as a model's window, where not more than that was held: then it is not it. */
export function namedWindow(model: string, prices: Prices, seen = 0): number | undefined {
  const window = prices.get(modelId(model))?.find((row) => row.window !== undefined)?.window;
  return window === undefined || seen > window ? undefined : window;
}
