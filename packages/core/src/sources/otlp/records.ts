import { type Fields, isFields } from '../../fields.ts';
import { type Redact, redactSecrets } from '../../redact.ts';
import { readAttributes } from './value.ts';

/** What the service knows beside a body. */
export interface OtlpContext {
  /** ISO 8601, UTC: the service's clock. */
  receivedAt: string;
  /** A short id that is equal for equal keys and tells nothing of them. */
  idOf: (key: string) => string;
  /** What is masked; secrets alone where it is not said. */
  redact?: Redact;
}

export function redactorOf({ redact = redactSecrets }: OtlpContext): Redact {
  return redact;
}

/** A record that can never be stored, with its own text, not redacted. */
export interface BadRecord {
  reason: string;
  text: string;
}

export interface OtlpRecords<T> {
  records: T[];
  bad: BadRecord[];
}

/** The three signals differ in the names of their levels alone. */
export interface Levels {
  resources: string;
  scopes: string;
  items: string;
}

export interface Placed {
  item: Fields;
  resource: Fields;
  scope: string;
}

/** Walks body → resource → scope → item; what is no object on the way is bad alone. */
export function walk(body: unknown, levels: Levels, bad: BadRecord[], take: (placed: Placed) => void): void {
  if (!isFields(body)) {
    bad.push(badRecord('an OTLP request is a JSON object', body));
    return;
  }
  for (const group of listIn(body, levels.resources, bad)) {
    const resource = readAttributes(isFields(group.resource) ? group.resource.attributes : undefined) ?? {};
    for (const inScope of listIn(group, levels.scopes, bad)) {
      const scope = isFields(inScope.scope) && typeof inScope.scope.name === 'string' ? inScope.scope.name : '';
      for (const item of listIn(inScope, levels.items, bad)) take({ item, resource, scope });
    }
  }
}

export function badRecord(reason: string, record: unknown): BadRecord {
  return { reason, text: JSON.stringify(record) ?? 'undefined' };
}

function listIn(fields: Fields, key: string, bad: BadRecord[]): Fields[] {
  const list = fields[key];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    bad.push(badRecord(`${key} must be a list`, list));
    return [];
  }
  return list.filter((item): item is Fields => {
    if (isFields(item)) return true;
    bad.push(badRecord(`${key} must hold objects`, item));
    return false;
  });
}
