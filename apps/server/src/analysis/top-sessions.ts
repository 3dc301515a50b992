import type { AnalysisDefinition } from './definition.ts';
import { spendFacts } from './spend-facts.ts';

export const topSessions: AnalysisDefinition = {
  title: 'Dearest sessions',
  question: 'Which sessions cost most?',
  view: 'money',
  shape: 'ranked',
  by: { session: 'session' },
  measures: [
    { key: 'costUsd', label: 'cost', unit: 'usd', as: 'sum' },
    { key: 'estimatedUsd', label: 'estimated', unit: 'usd', as: 'sum' },
    { key: 'tokens', label: 'tokens', unit: 'tokens', as: 'sum' },
    { key: 'requests', label: 'requests', unit: 'count', as: 'sum' },
  ],
  facts: spendFacts,
};
