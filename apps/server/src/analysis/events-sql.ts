/** Events of a time, settled and fresh; parameters `@from` and `@to` (ms). */
export function eventsSql(columns: string, condition: string): string {
  const inTable = (table: string) => `SELECT ${columns} FROM ${table} WHERE ${condition} AND at >= @from AND at < @to`;
  return `${inTable('event_log')} UNION ALL ${inTable('fresh_events')}`;
}
