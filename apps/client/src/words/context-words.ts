import { type ContextNow, countWords } from '@telltale/core';
import { age } from './time.ts';

/** `126 k of 200 k tokens, as its status line told 12 s ago`, for the hover: how many, and who says so. */
export function contextHint({ tokens, windowTokens, isExact, at }: ContextNow, now: number): string {
  const whole = windowTokens === undefined ? '' : ` of ${countWords(windowTokens)}`;
  const source = isExact ? 'as its status line told' : 'reckoned from its request';
  return `${countWords(tokens)}${whole} tokens, ${source} ${age(Math.max(0, now - Date.parse(at)))} ago`;
}
