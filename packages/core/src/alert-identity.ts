import { type Fields, fieldsAt, textAt } from './fields.ts';

/** Whom a rule of Grafana concerns, as the service's own rules tell it. */
const concerned = ['session_id', 'user', 'model', 'server_name'] as const;

/**
 * What an alert is about: the same for the service's and for Grafana's, which judges some of the same rules, so that
 * what both say stands once. An alert that names no rule of ours is like no other.
 */
export function alertIdentity(payload: Fields | undefined, id: string): string {
  const fingerprint = textAt(payload, 'fingerprint') ?? id;
  const labels = fieldsAt(payload, 'labels');
  const rule = textAt(labels, 'threshold');
  if (isOwnAlert(payload)) return fingerprint.replace(/^telltale /, '');
  if (rule === undefined) return fingerprint;
  const of = concerned.map((name) => textAt(labels, name)).find((value) => value !== undefined);
  return of === undefined ? rule : `${rule} ${of}`;
}

/** Said by the service itself. */
export function isOwnAlert(payload: Fields | undefined): boolean {
  return textAt(fieldsAt(payload, 'labels'), 'said_by') === 'telltale';
}
