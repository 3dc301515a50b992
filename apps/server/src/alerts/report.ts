import {
  type AlertName,
  type AlertRuleView,
  type AlertsView,
  type AlertTargetView,
  alertNames,
  alertOf,
  alertsFiring,
  firingAlertOf,
  ruleOf,
  type TelltaleEvent,
  type WordsNow,
} from '@telltale/core';
import { fieldsAt, textAt } from '@telltale/core/fields';
import { present } from '@telltale/core/present';
import { limitOf, type Thresholds } from '@telltale/core/thresholds';
import type { Store } from '../store/store.ts';
import type { AlertMemory } from './memory.ts';

export interface ReportDeps {
  store: Pick<Store, 'alerts'>;
  memory: AlertMemory;
  thresholds: Thresholds;
  targets: AlertTargetView[];
  now: number;
}

/** An alert that was not heard to end is over after a week: Grafana may be gone. */
const heardMs = 7 * 24 * 60 * 60_000;
const mostHistory = 100;

/** What the page Alerts shows. */
export function alertsView({ store, memory, thresholds, targets, now }: ReportDeps): AlertsView {
  const events = store.alerts(now - heardMs);
  const firing = alertsFiring(events);
  const firingRules = new Set(firing.map(({ payload }) => textAt(fieldsAt(payload, 'labels'), 'threshold')));
  const pendingRules = new Set(Object.keys(memory.state.pending).map((fingerprint) => fingerprint.split(' ', 1)[0]));
  return {
    rules: alertNames.map((name) => ruleView(name, { thresholds, memory, firingRules, pendingRules })),
    firing: firing.map((event) => ({ ...firingAlertOf(event, wordsNow(memory)), ...whereOf(event) })),
    history: events.slice(0, mostHistory).map((event) => ({
      ...{ seq: event.seq, at: event.at, summary: event.summary },
      status: textAt(event.payload, 'status') === 'resolved' ? ('resolved' as const) : ('firing' as const),
      ...whereOf(event),
    })),
    targets,
  };
}

export function wordsNow({ state }: AlertMemory): WordsNow {
  return (fingerprint) => state.firing[alertOf(fingerprint) ?? '']?.summary;
}

interface RuleFacts {
  thresholds: Thresholds;
  memory: AlertMemory;
  firingRules: ReadonlySet<string | undefined>;
  pendingRules: ReadonlySet<string | undefined>;
}

function ruleView(name: AlertName, facts: RuleFacts): AlertRuleView {
  const { title, severity, variable, meaning, fires, lastingMinutes, cooldownMinutes, runbook } = ruleOf(name);
  const limit = limitOf(name, facts.thresholds);
  return present({
    ...{ name, title, severity, variable, meaning, fires, lastingMinutes, cooldownMinutes, runbook, limit },
    state: stateOf(name, limit, facts),
    isUsual: limit !== undefined && facts.thresholds[name] === undefined ? (true as const) : undefined,
    lastFiredAt: facts.memory.lastFired[name],
  });
}

function stateOf(name: AlertName, limit: number | undefined, facts: RuleFacts): AlertRuleView['state'] {
  if (limit === undefined) return 'off';
  if (facts.firingRules.has(name)) return 'firing';
  if (ruleOf(name).evaluate === undefined) return 'by-grafana';
  return facts.pendingRules.has(name) ? 'pending' : 'on';
}

function whereOf({ payload, sessionId }: TelltaleEvent): { severity?: string; sessionId?: string } {
  return present({ severity: textAt(fieldsAt(payload, 'labels'), 'severity'), sessionId });
}
