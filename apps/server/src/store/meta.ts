import type { Database } from 'better-sqlite3';

export interface Counters {
  events: number;
  stored: number;
  duplicates: number;
  rejected: number;
  masked: number;
}

export const noCounters: Readonly<Counters> = { events: 0, stored: 0, duplicates: 0, rejected: 0, masked: 0 };

export interface Meta {
  get(key: string): string | undefined;
  set(key: string, value: string | number): void;
  drop(key: string): void;
}

export function createMeta(database: Database): Meta {
  const get = database.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck();
  const set = database.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const drop = database.prepare('DELETE FROM meta WHERE key = ?');
  return {
    drop: (key) => void drop.run(key),
    get: (key) => get.get(key),
    set: (key, value) => void set.run(key, String(value)),
  };
}
