import type { AnalysisDefinition } from './definition.ts';
import { spendBy, spendFacts } from './spend-facts.ts';

export const tokens: AnalysisDefinition = {
  title: 'Tokens',
  question: 'How many tokens are used, and how many come from the cache?',
  view: 'money',
  shape: 'time',
  by: spendBy,
  measures: [
    { key: 'tokens', label: 'tokens', unit: 'tokens', as: 'sum' },
    { key: 'input', label: 'input', unit: 'tokens', as: 'sum' },
    { key: 'output', label: 'output', unit: 'tokens', as: 'sum' },
    { key: 'cacheRead', label: 'from cache', unit: 'tokens', as: 'sum' },
    { key: 'cacheCreation', label: 'to cache', unit: 'tokens', as: 'sum' },
    { key: 'cacheShare', label: 'cache hits', unit: 'share', as: 'share', of: 'cacheRead', per: 'promptTokens' },
  ],
  facts: spendFacts,
};
