import { isRecord } from './opened-action.ts';

export interface Pair {
  key: string;
  text: string;
  /** Structure rather than words: shown in monospace. */
  isCode: boolean;
}

const deepest = 3;
const mostPairs = 200;

/** Any JSON as flat pairs: `options.timeout` → 5. Deeper things and lists stay JSON. */
export function keyValues(value: unknown): Pair[] {
  if (value === undefined || value === null || value === '') return [];
  if (!isRecord(value)) return [pairOf('value', value)];
  return flat(value, '', 1).slice(0, mostPairs);
}

function flat(value: Readonly<Record<string, unknown>>, prefix: string, depth: number): Pair[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = prefix + key;
    if (inner === undefined || inner === null || inner === '') return [];
    if (isRecord(inner) && depth < deepest) return flat(inner, `${path}.`, depth + 1);
    return [pairOf(path, inner)];
  });
}

function pairOf(key: string, value: unknown): Pair {
  if (typeof value === 'string') return { key, text: value, isCode: /^[/~.]|\n/.test(value) };
  if (typeof value === 'number' || typeof value === 'boolean') return { key, text: String(value), isCode: false };
  const isShortList = Array.isArray(value) && value.every((item) => typeof item === 'string' && item.length < 60);
  return isShortList
    ? { key, text: value.join('\n'), isCode: false }
    : { key, text: JSON.stringify(value, undefined, 2), isCode: true };
}
