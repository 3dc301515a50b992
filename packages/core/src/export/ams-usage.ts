import type { Tokens } from '../cost-view.ts';

/** As OpenTelemetry counts for Anthropic: what came from the cache is input, too. */
export function usageAttributes({ input, output, cacheRead, cacheCreation }: Tokens) {
  return {
    'gen_ai.usage.input_tokens': input + cacheRead + cacheCreation,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': cacheCreation,
  };
}
