import type { AlertMessage } from '@telltale/core';
import type { OutgoingAlerts } from './target.ts';

/** One line of what happened: "firing (warning): Budget of a session spent: this session cost $2.00". */
export function alertLine({ status, labels, annotations }: AlertMessage): string {
  const how = status === 'firing' ? `firing (${labels.severity})` : 'over';
  return `${how}: ${labels.alertname}: ${annotations.summary}`;
}

export function subjectOf({ alerts, isTest }: OutgoingAlerts): string {
  const [first] = alerts;
  if (isTest || !first) return 'Telltale: test message';
  const more = alerts.length > 1 ? `, and ${alerts.length - 1} more` : '';
  return `Telltale: ${first.labels.alertname} ${first.status === 'firing' ? 'fires' : 'is over'}${more}`;
}

/** Where it can be looked into. */
export function pageOf({ labels }: AlertMessage, publicUrl: string): string {
  const id = labels.session_id;
  return id === undefined ? `${publicUrl}/alerts` : `${publicUrl}/sessions/${encodeURIComponent(id)}`;
}
