import { isDemoSession } from '../demo.ts';
import type { TelltaleEvent } from '../event.ts';
import { limitOf, type Thresholds } from '../thresholds.ts';
import type { AlertFacts } from './facts.ts';
import type { AlertMark } from './rule.ts';
import type { AlertFindings } from './state.ts';
import { type AlertName, alertNames, ruleOf } from './table.ts';

/** What a rule took from events lately. */
export type AlertMarks = Partial<Record<AlertName, readonly AlertMark[]>>;

const minuteMs = 60_000;

/** The rules that the service judges and that are on, each with its limit. */
export function rulesOn(set: Thresholds): { name: AlertName; limit: number }[] {
  return alertNames.flatMap((name) => {
    const limit = limitOf(name, set);
    return limit === undefined || ruleOf(name).evaluate === undefined ? [] : [{ name, limit }];
  });
}

/**
 * What every rule of the service finds now. One that is off finds nothing, so what it said is over; one that fails is
 * told and left out, so what it said stands.
 */
export function judgeAlerts(
  facts: AlertFacts,
  marks: AlertMarks,
  set: Thresholds,
  onFailure: (name: AlertName, error: unknown) => void,
): AlertFindings {
  const on = new Map(rulesOn(set).map(({ name, limit }) => [name, limit]));
  const findings: AlertFindings = {};
  for (const name of alertNames) {
    const { evaluate } = ruleOf(name);
    if (evaluate === undefined) continue;
    const limit = on.get(name);
    try {
      findings[name] = limit === undefined ? [] : evaluate(facts, limit, inWindow(name, marks[name] ?? [], facts.now));
    } catch (error) {
      onFailure(name, error);
    }
  }
  return findings;
}

/** Marks that still count. */
export function inWindow(name: AlertName, marks: readonly AlertMark[], now: number): AlertMark[] {
  const windowMs = (ruleOf(name).marks?.windowMinutes ?? 0) * minuteMs;
  return marks.filter(({ at }) => now - at < windowMs);
}

/** What a rule takes from an event, where it takes anything: of the demo nothing. */
export function markOf(name: AlertName, event: TelltaleEvent): AlertMark | undefined {
  const { marks } = ruleOf(name);
  if (!marks?.names.includes(event.name) || event.source === 'alert' || isDemoSession(event.sessionId))
    return undefined;
  const taken = marks.of(event);
  if (taken === undefined) return undefined;
  const { seq, app, sessionId } = event;
  return { ...taken, at: Date.parse(event.at), seq, app, ...(sessionId !== undefined && { sessionId }) };
}
