import type { QuotaNow } from '@telltale/core';
import { age, clockShort, exactTime } from './time.ts';

/** What is shown of a usage limit: `42 %`, `resets 17:00`, and how old that is where it is old. */
export interface QuotaWords {
  name: string;
  used: string;
  more: string;
  hint: string;
}

const dayMs = 24 * 60 * 60_000;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function quotaWords({ name, usedPercent, resetsAt, staleMs, user, at }: QuotaNow, now: number): QuotaWords {
  const resets = resetsAt === undefined ? '' : `resets ${momentWords(new Date(resetsAt), now)}`;
  const old = staleMs === undefined ? '' : `${age(staleMs)} old`;
  const hint = [
    `${name} usage limit${user === undefined ? '' : ` of ${user}`}, as a status line told ${age(Math.max(0, now - Date.parse(at)))} ago`,
    resetsAt === undefined ? '' : `resets ${exactTime(new Date(resetsAt))}`,
  ];
  return {
    name,
    used: usedWords(usedPercent),
    more: [resets, old].filter(Boolean).join(' · '),
    hint: hint.filter(Boolean).join('\n'),
  };
}

/** `5 h 42 %`, and how old that is where it is old: for the wall. */
export function quotaBrief({ name, usedPercent, staleMs }: QuotaNow): string {
  return `${name} ${usedWords(usedPercent)}${staleMs === undefined ? '' : `, ${age(staleMs)} old`}`;
}

/** Less than everything does not say so. */
function usedWords(percent: number): string {
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : Math.round(percent)} %`;
}

/** `17:00` within a day, else `Thu 17:00`. */
function momentWords(at: Date, now: number): string {
  return at.getTime() - now < dayMs ? clockShort(at) : `${weekdays[at.getDay()]} ${clockShort(at)}`;
}
