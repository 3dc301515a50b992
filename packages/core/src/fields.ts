/** A JSON object of the outside world, before anything is known about it. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text under `key`; an empty one counts as absent. */
export function textAt(fields: Fields | undefined, key: string): string | undefined {
  const value = fields?.[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAt(fields: Fields | undefined, key: string): number | undefined {
  const value = fields?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The same where it may be told as text: telemetry writes `duration_ms` as a number on one event and as text on another. */
export function numericAt(fields: Fields | undefined, key: string): number | undefined {
  const value = fields?.[key];
  if (typeof value !== 'string') return numberAt(fields, key);
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

export function fieldsAt(fields: Fields | undefined, key: string): Fields | undefined {
  const value = fields?.[key];
  return isFields(value) ? value : undefined;
}

export function listAt(fields: Fields | undefined, key: string): readonly unknown[] {
  const value = fields?.[key];
  return Array.isArray(value) ? value : [];
}

/** The row of a table under a name from outside, where `constructor` and `__proto__` are names like any other. */
export function rowOf<T>(rows: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(rows, name) ? rows[name] : undefined;
}
