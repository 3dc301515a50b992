import type { Usage } from '../client/api/message.ts';
import type { ClientAge } from '../client/binary.ts';

type Price = readonly [input: number, output: number, cacheRead: number, cacheCreation: number];

/**
 * What each version of the client reckons, in dollars per million tokens, measured with answers of exactly 1,000 tokens
 * of one kind. Cache writes are those of five minutes. The old version does not know claude-opus-5-5.
 */
const prices: Record<ClientAge, Record<string, Price>> = {
  new: { 'claude-opus-5-5': [4, 20, 0.2, 5], 'claude-opus-4-8': [5, 25, 0.5, 6.25] },
  old: { 'claude-opus-5-5': [5, 25, 0.5, 6.25], 'claude-opus-4-8': [5, 25, 0.5, 6.25] },
};

export function costUsdOf(usage: Usage, model: string, age: ClientAge): number {
  const price = prices[age][model];
  if (!price) throw new Error(`no price of ${model} was measured for the ${age} client`);
  const [input, output, cacheRead, cacheCreation] = price;
  return (
    (usage.input_tokens * input +
      usage.output_tokens * output +
      usage.cache_read_input_tokens * cacheRead +
      usage.cache_creation_input_tokens * cacheCreation) /
    1e6
  );
}
