import { bookkeepingNames, isBookkeeping, type NewEvent } from '@telltale/core';

/** What the client tells of itself, hooks and plugins: most of what telemetry sends, and one row of the feed. */
export function isNote({ source, name }: Pick<NewEvent, 'source' | 'name'>): boolean {
  return source === 'otel' && isBookkeeping(name);
}

const names = bookkeepingNames.map((name) => `'${name}'`).join(', ');

/** The same of a row of `event_log` or `fresh_events`. */
export const isNoteSql = `(source = 'otel' AND name IN (${names}))`;
