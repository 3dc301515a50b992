import type { NewEvent, Rejection } from '../event.ts';
import { type Fields, fieldsAt, isFields, listAt, textAt } from '../fields.ts';
import { readAt } from './at.ts';
import { unknownApp } from './otlp/logs.ts';

export interface AlertContext {
  /** Name of the project where the alert has no label that names one. */
  app?: string;
  /** ISO 8601, UTC: the service's clock. */
  receivedAt: string;
}

/** Stands where a project's name would: a budget is everybody's. */
const ofNoProject = 'alerts';

/**
 * The webhook body of Grafana and Alertmanager → one event for each alert in it. Its id is fingerprint + start +
 * status, so the repeats of an alert that goes on firing are one event.
 */
export function parseAlerts(input: unknown, context: AlertContext): NewEvent[] | Rejection {
  if (!isFields(input)) return { rejected: 'an alert webhook is a JSON object' };
  if (!Array.isArray(input.alerts)) return { rejected: 'alerts must be a list', at: 'alerts' };
  const events: NewEvent[] = [];
  for (const [index, alert] of listAt(input, 'alerts').entries()) {
    const at = `alerts.${index}`;
    if (!isFields(alert)) return { rejected: 'an alert is a JSON object', at };
    const fingerprint = textAt(alert, 'fingerprint');
    if (fingerprint === undefined) return { rejected: 'fingerprint is missing', at };
    events.push(eventOf(alert, fingerprint, textAt(alert, 'status') ?? textAt(input, 'status') ?? 'firing', context));
  }
  return events;
}

/** "Daily budget spent: today cost $2.50, the budget is $2.00". */
export function alertSummary(title: string, status: string, words: string | undefined): string {
  const what = status === 'resolved' ? `${title} (resolved)` : title;
  return words === undefined ? what : `${what}: ${words}`;
}

function eventOf(alert: Fields, fingerprint: string, status: string, context: AlertContext): NewEvent {
  const labels = fieldsAt(alert, 'labels');
  const annotations = fieldsAt(alert, 'annotations');
  const startsAt = textAt(alert, 'startsAt');
  const sessionId = textAt(labels, 'session_id');
  const title = textAt(labels, 'alertname') ?? 'alert';
  const words = textAt(annotations, 'summary') ?? textAt(annotations, 'description');
  return {
    id: `${fingerprint}-${startsAt ?? ''}-${status}`,
    source: 'alert',
    name: 'alert',
    app:
      textAt(labels, 'app') ??
      textAt(labels, 'project') ??
      context.app ??
      (sessionId === undefined ? ofNoProject : unknownApp),
    at: readAt(status === 'resolved' ? textAt(alert, 'endsAt') : startsAt, context.receivedAt),
    summary: alertSummary(title, status, words),
    payload: alert,
    ...(sessionId !== undefined && { sessionId }),
  };
}
