import type { AnalysisDefinition } from './definition.ts';
import { spendBy, spendFacts } from './spend-facts.ts';

export const spend: AnalysisDefinition = {
  title: 'Spend',
  question: 'Where does the money go, and when?',
  view: 'money',
  shape: 'time',
  by: spendBy,
  measures: [
    { key: 'costUsd', label: 'cost', unit: 'usd', as: 'sum' },
    { key: 'estimatedUsd', label: 'estimated', unit: 'usd', as: 'sum' },
    { key: 'unattributedUsd', label: 'no request known', unit: 'usd', as: 'sum' },
    { key: 'requests', label: 'requests', unit: 'count', as: 'sum' },
    { key: 'unpriced', label: 'without a price', unit: 'count', as: 'sum' },
  ],
  facts: spendFacts,
};
