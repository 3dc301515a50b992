import { type Quota, type QuotaNow, quotasNow, quotaWindows } from '@telltale/core';
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

/** A window, and whose it is where the limits of several people are known. */
export interface ShownQuota extends QuotaNow {
  whose?: string;
}

/**
 * The limits of whoever looks; where nobody knows who that is and several people told theirs, of each window who is
 * closest to it, by name: whoever told one last would change by the minute.
 */
export function shownQuotas(quotas: readonly Quota[], now: number, me?: string): ShownQuota[] {
  const users = [...new Set(quotas.map(({ user }) => user))];
  if (users.length < 2 || users.includes(me ?? '')) return quotasNow(quotas, now, me);
  const closest = new Map<string, ShownQuota>();
  for (const user of users) {
    const theirs = quotasNow(
      quotas.filter((quota) => quota.user === user),
      now,
    );
    for (const quota of theirs) {
      if (quota.usedPercent <= (closest.get(quota.window)?.usedPercent ?? -1)) continue;
      closest.set(quota.window, { ...quota, ...(user !== undefined && { whose: user }) });
    }
  }
  return [...closest.values()].sort((a, b) => orderOf(a) - orderOf(b));
}

const orderOf = ({ window }: Quota) => Object.keys(quotaWindows).indexOf(window);

export function quotaWords(quota: ShownQuota, now: number): QuotaWords {
  const { name, usedPercent, resetsAt, staleMs, user, at, whose } = quota;
  const resets = resetsAt === undefined ? '' : `resets ${momentWords(new Date(resetsAt), now)}`;
  const old = staleMs === undefined ? '' : `${age(staleMs)} old`;
  const hint = [
    `${name} usage limit${user === undefined ? '' : ` of ${user}`}, as a status line told ${age(Math.max(0, now - Date.parse(at)))} ago`,
    resetsAt === undefined ? '' : `resets ${exactTime(new Date(resetsAt))}`,
  ];
  return {
    name,
    used: usedWords(usedPercent),
    more: [whose, resets, old].filter(Boolean).join(' · '),
    hint: hint.filter(Boolean).join('\n'),
  };
}

/** `5 h 42 %`, and how old that is where it is old: for the wall. */
export function quotaBrief({ name, usedPercent, staleMs, whose }: ShownQuota): string {
  return `${name} ${usedWords(usedPercent)}${whose === undefined ? '' : ` ${whose}`}${staleMs === undefined ? '' : `, ${age(staleMs)} old`}`;
}

/** Less than everything does not say so. */
function usedWords(percent: number): string {
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : Math.round(percent)} %`;
}

/** `17:00` within a day, else `Thu 17:00`. */
function momentWords(at: Date, now: number): string {
  return at.getTime() - now < dayMs ? clockShort(at) : `${weekdays[at.getDay()]} ${clockShort(at)}`;
}
