import type { AlertRule } from './rule.ts';
import type { AlertWord } from './state.ts';
import { ruleOf } from './table.ts';

/** One alert as Grafana and Alertmanager write it, so that the same road takes it, and whoever reads those reads ours. */
export interface AlertMessage {
  fingerprint: string;
  status: 'firing' | 'resolved';
  startsAt: string;
  endsAt: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  value?: number;
  /** Events that show it, by `seq`. */
  seqs?: readonly number[];
}

/** What an alert that has not ended has for its end, as Alertmanager writes it. */
const noEnd = '0001-01-01T00:00:00Z';

/** Said by the service itself, not by Grafana. */
const ownAlert = 'telltale';

/** Which of the service's own alerts a message's fingerprint is of, as their state names it. */
export function alertOf(fingerprint: string): string | undefined {
  const start = `${ownAlert} `;
  return fingerprint.startsWith(start) ? fingerprint.slice(start.length) : undefined;
}

export function alertMessage(word: AlertWord): AlertMessage {
  // What another version said of a rule that is no more is ended by its name.
  const rule: AlertRule | undefined = ruleOf(word.rule);
  const { title, severity, runbook, variable } = rule ?? {
    ...{ title: word.rule, severity: 'info', runbook: 'There is no such rule any more.', variable: 'Nothing' },
  };
  return {
    fingerprint: `${ownAlert} ${word.fingerprint}`,
    status: word.status,
    startsAt: new Date(word.since).toISOString(),
    endsAt: word.until === undefined ? noEnd : new Date(word.until).toISOString(),
    labels: { alertname: title, severity, threshold: word.rule, said_by: ownAlert, ...word.labels },
    annotations: { summary: word.summary, runbook, description: `${variable} sets the limit.` },
    ...(word.value !== undefined && { value: word.value }),
    ...(word.seqs && { seqs: word.seqs }),
  };
}
