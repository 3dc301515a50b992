import type { Value } from '../stack/payloads.ts';

/** What really happened: every amount that a simulated client has counted. */
export interface Entry {
  metric: string;
  attributes: Record<string, Value>;
  amount: number;
  /** When the export that first told it was made: until then nobody but the client can know. Milliseconds. */
  toldAt?: number;
}

interface TotalQuery {
  metric: string;
  /** Attribute names; none for the grand total. */
  by: readonly string[];
  /** (from, to], milliseconds. */
  from: number;
  to: number;
}

export interface Ledger {
  entries: readonly Entry[];
  add(entry: Entry): void;
  /** Totals by the values of `by`, joined by `|`; groups without any amount are left out. */
  totals(query: TotalQuery): Map<string, number>;
}

export function createLedger(): Ledger {
  const entries: Entry[] = [];
  return {
    entries,
    add: (entry) => void entries.push(entry),
    totals({ metric, by, from, to }) {
      const totals = new Map<string, number>();
      for (const { metric: name, attributes, amount, toldAt } of entries) {
        if (name !== metric || toldAt === undefined || toldAt <= from || toldAt > to) continue;
        const group = by.map((name) => String(attributes[name] ?? '')).join('|');
        totals.set(group, (totals.get(group) ?? 0) + amount);
      }
      return totals;
    },
  };
}
