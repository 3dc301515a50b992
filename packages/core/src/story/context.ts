import { contextWindowOf } from '../context-window.ts';
import type { RequestCost } from '../cost-view.ts';
import { isMainRequest, tokensIn } from './costs.ts';
import type { Story } from './story.ts';

/** How full the main agent's context was at one request. */
interface ContextPoint {
  atMs: number;
  tokens: number;
  /** What fits; absent where the model is unknown. */
  window?: number;
  model: string;
}

export interface ContextUse {
  points: readonly ContextPoint[];
  /** When it was compacted. */
  compactionsMs: readonly number[];
  /** The most that ever was in it, and the largest window. */
  most: number;
  window?: number;
}

export function contextUse(story: Story, requests: readonly RequestCost[]): ContextUse {
  const main = requests.filter(isMainRequest);
  const most = main.reduce((size, { tokens }) => Math.max(size, tokensIn(tokens)), 0);
  const points = main.map(({ at, model, tokens, windowTokens }): ContextPoint => {
    const window = windowTokens ?? contextWindowOf(model, most);
    return { atMs: Date.parse(at), tokens: tokensIn(tokens), model, ...(window !== undefined && { window }) };
  });
  const windows = points.flatMap(({ window }) => window ?? []);
  const compactionsMs = story.turns.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'compaction' ? [Date.parse(item.at)] : [])),
  );
  points.sort((a, b) => a.atMs - b.atMs);
  return { points, compactionsMs, most, ...(windows.length > 0 && { window: Math.max(...windows) }) };
}
