import { type AlertRule, crosses } from './rule.ts';

export const unpricedModel = {
  title: 'A model has no price',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 1440,
  variable: 'TELLTALE_ALERT_UNPRICED_MODELS',
  meaning: 'models without a price, from how many on; 1 tells of each',
  fires: 'from',
  runbook: 'Its requests are in no estimate. Give it a price in TELLTALE_PRICES: docs/prices.md says how.',
  needs: ['unpricedModels'],
  evaluate: ({ unpricedModels }, limit) =>
    crosses('from', unpricedModels.length, Math.max(1, limit))
      ? unpricedModels.map((model) => ({
          ...{ key: model, value: unpricedModels.length, labels: { model } },
          summary: `${model} is in no price table: what it cost is not reckoned`,
        }))
      : [],
} as const satisfies AlertRule;
