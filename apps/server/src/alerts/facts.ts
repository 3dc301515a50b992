import { statfs } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import {
  type AlertFactName,
  type AlertFacts,
  dayStart,
  isDemoSession,
  rateMinutes,
  type Session,
} from '@telltale/core';
import type { Store } from '../store/store.ts';

export interface FactsDeps {
  store: Pick<Store, 'sessions' | 'spentSince' | 'alertNumbers' | 'unpricedModels' | 'realQuotas'>;
  timeZone: string;
  /** Where the database lies. */
  folder: string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const earlierDayCount = 14;
const sessionsAtOnce = 50;
/** Of more sessions in a day only the newest are looked at. */
const mostSessions = 1000;

/** Gathers what rules are judged by, in small steps, and only what is asked for. The demo must not alarm anybody. */
export function createFacts({ store, timeZone, folder }: FactsDeps) {
  /** Earlier days change only when something old is imported. */
  let earlier = { day: 0, readAt: 0, costs: [] as number[] };

  async function earlierDays(today: number, now: number): Promise<number[]> {
    if (earlier.day === today && now - earlier.readAt < hourMs) return earlier.costs;
    const costs: number[] = [];
    for (let to = today; costs.length < earlierDayCount; ) {
      // The day before, however long it was.
      const from = dayStart(to - 1, timeZone);
      costs.push(store.alertNumbers.spentBetween(from, to));
      to = from;
      await setImmediate();
    }
    earlier = { day: today, readAt: now, costs };
    return costs;
  }

  async function sessions(now: number): Promise<Session[]> {
    const since = new Date(now - dayMs).toISOString();
    const found: Session[] = [];
    let cursor: string | undefined;
    do {
      const page = store.sessions({ since, limit: sessionsAtOnce, now, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.filter(({ id }) => !isDemoSession(id)));
      cursor = page.next ?? undefined;
      await setImmediate();
    } while (cursor !== undefined && found.length < mostSessions);
    return found;
  }

  return async (needs: ReadonlySet<AlertFactName>, now: number): Promise<AlertFacts> => {
    const today = dayStart(now, timeZone);
    const numbers = store.alertNumbers;
    const facts: AlertFacts = {
      now,
      sessions: needs.has('sessions') ? await sessions(now) : [],
      today: { byUser: [] },
      earlierDays: needs.has('earlierDays') ? await earlierDays(today, now) : [],
      recentSpend: needs.has('recentSpend') ? numbers.spentBySession(now - rateMinutes * minuteMs) : [],
      unpricedModels: needs.has('unpricedModels') ? store.unpricedModels() : [],
      quotas: needs.has('quotas') ? store.realQuotas() : [],
      reporters: needs.has('reporters') ? numbers.reporters(now - 7 * dayMs) : [],
    };
    if (needs.has('today')) {
      const isKnown = store.spentSince(today).costUsd !== undefined;
      facts.today = { byUser: numbers.spentByUser(today), ...(isKnown && { costUsd: numbers.spentBetween(today) }) };
    }
    if (needs.has('freeBytes')) {
      const { bavail, bsize } = await statfs(folder);
      facts.freeBytes = bavail * bsize;
    }
    return facts;
  };
}
