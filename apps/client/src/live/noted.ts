import type { FiringAlert, Session } from '@telltale/core';
import { useLocalStorage } from '@vueuse/core';
import { computed } from 'vue';
import { alertKey, type Noted, openTroubles, troubleKey, turnKey } from './groups.ts';

const snoozeMs = 3_600_000;
/** Older notes concern sessions long gone. */
const mostNotes = 500;

const acknowledged = useLocalStorage<string[]>('telltale.acknowledged', []);
const seen = useLocalStorage<string[]>('telltale.seen', []);
const snoozed = useLocalStorage<Record<string, number>>('telltale.snoozed', {});

/** Acknowledged, snoozed and seen: this browser's, shared by its tabs. */
export function useNoted() {
  const noted = computed(
    (): Noted => ({
      acknowledged: new Set(acknowledged.value),
      seen: new Set(seen.value),
      snoozed: new Map(Object.entries(snoozed.value)),
    }),
  );
  return { noted, acknowledge, snooze, acknowledgeAlert, snoozeAlert, see };

  function acknowledge(session: Session, now: number): void {
    const keys = openTroubles(session, now, noted.value).map((trouble) => troubleKey(session, trouble));
    acknowledged.value = [...acknowledged.value, ...keys].slice(-mostNotes);
  }

  function snooze(session: Session, now: number): void {
    const still = Object.entries(snoozed.value).filter(([, until]) => until > now);
    const added = openTroubles(session, now, noted.value).map((trouble) => [
      troubleKey(session, trouble),
      now + snoozeMs,
    ]);
    snoozed.value = Object.fromEntries([...still, ...added].slice(-mostNotes));
  }

  function acknowledgeAlert(alert: FiringAlert): void {
    acknowledged.value = [...acknowledged.value, alertKey(alert)].slice(-mostNotes);
  }

  function snoozeAlert(alert: FiringAlert, now: number): void {
    const still = Object.entries(snoozed.value).filter(([, until]) => until > now);
    snoozed.value = Object.fromEntries([...still, [alertKey(alert), now + snoozeMs]].slice(-mostNotes));
  }

  function see(session: Session): void {
    if (session.turnFinishedAt === undefined || noted.value.seen.has(turnKey(session))) return;
    seen.value = [...seen.value, turnKey(session)].slice(-mostNotes);
  }
}
