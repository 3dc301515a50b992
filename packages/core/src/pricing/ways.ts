import { z } from 'zod';

/** Whose prices a total is told in: the client's own reckoning, or the price table's for the same tokens. */
export const priceWays = ['client', 'table'] as const;
export const priceWaySchema = z.enum(priceWays);
export type PriceWay = (typeof priceWays)[number];

/** A row of the view `spend`, as far as it decides. */
export interface SpendRow {
  kind: 'request' | 'estimated' | 'unattributed';
  costNanos: number;
  tableNanos?: number | null | undefined;
}

/** A total told in one way. */
export interface Spent {
  nanos: number;
  /** Of it: told in the other way, because this one has no price for it. A page names this part. */
  otherwiseNanos: number;
  /** Requests that have no price in either way; they are in no total. */
  unpriced: number;
}

/**
 * Sums money of spend rows either way. The client never reckons what only the transcript tells, and the table does not
 * know what only the metric tells, or a model without a price: such rows count as the other one reckons them.
 */
export function spentOf(rows: Iterable<SpendRow>, way: PriceWay): Spent {
  const spent: Spent = { nanos: 0, otherwiseNanos: 0, unpriced: 0 };
  for (const { kind, costNanos, tableNanos } of rows) {
    const table = tableNanos ?? undefined;
    const client = kind === 'estimated' ? undefined : costNanos;
    const asked = way === 'client' ? client : table;
    const nanos = asked ?? client ?? table;
    if (nanos === undefined) spent.unpriced += 1;
    spent.nanos += nanos ?? 0;
    if (asked === undefined) spent.otherwiseNanos += nanos ?? 0;
  }
  return spent;
}

/** The same for SQL over the view `spend`: an expression of one row's nanos. */
export const spentSql: Readonly<Record<PriceWay, string>> = {
  client: 'cost_nanos',
  table: 'coalesce(table_nanos, cost_nanos)',
};
