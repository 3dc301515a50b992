import { type Filter, type FilterTerm, formatFilter, formatPattern } from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { noName } from './session-key.ts';

/** As many as fit into the address of the list of sessions, told by the beginning of their ids. */
const maxNamed = 400;
const shortLength = 8;

/** What rows are put by that the list of sessions can be asked for. */
const keyOfBy: Readonly<Record<string, 'app' | 'user' | 'model' | 'tool' | 'host'>> = {
  ...{ project: 'app', user: 'user', model: 'model', tool: 'tool', machine: 'host' },
};

export interface BehindAsked {
  from: number;
  to: number;
  by: string;
  row?: string | undefined;
  app?: string | undefined;
  user?: string | undefined;
  filter?: Filter | undefined;
}

/**
 * The filter with which the list of sessions shows those behind a number: exactly these. Only of more than can be named
 * it is a wider one: all that were at work in that time, under the same conditions.
 */
export function createBehindFilter(database: Database): (ids: readonly string[], asked: BehindAsked) => string {
  const beginningSo = database
    .prepare<[string, string], number>('SELECT count(*) FROM (SELECT 1 FROM sessions WHERE id >= ? AND id < ? LIMIT 2)')
    .pluck();

  /** The beginning of an id where no other session's begins so. */
  function shortOf(id: string): string {
    const start = id.slice(0, shortLength);
    const isShort = id.length > shortLength + 1 && /^[\w-]+$/.test(start);
    return isShort && beginningSo.get(start, `${start}\u{10ffff}`) === 1 ? `${start}*` : formatPattern([id]);
  }

  return (ids, asked) => {
    if (ids.length <= maxNamed) return `session:${ids.map(shortOf).join(',')}`;
    const { by, row, app, user, filter, from, to } = asked;
    const fields = Object.entries({ app, user, ...(keyOfBy[by] && row !== noName && { [keyOfBy[by]]: row }) });
    const terms = fields.flatMap(([key, value]) => (value === undefined ? [] : `${key}:${formatPattern([value])}`));
    const time = [
      { kind: 'since-date', fromMs: from, ...place } as const,
      { kind: 'until-date', toMs: to, ...place } as const,
    ] satisfies FilterTerm[];
    return [...terms, formatFilter({ terms: [...(filter?.terms ?? []), ...time] })].join(' ');
  };
}

const place = { negated: false, from: 0, to: 0 };
