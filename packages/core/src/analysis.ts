export * from './analysis/buckets.ts';
export * from './analysis/calls.ts';
export * from './analysis/cold-return.ts';
export * from './analysis/percentile.ts';
export * from './analysis/suggestion.ts';
export * from './analysis/tally.ts';
export * from './analysis/view.ts';
