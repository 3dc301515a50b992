/** Conditions on requests, the same over their tables as over the view `spend`. */

/** Nobody told or knows a price of it: its cost stands as 0, and is none. */
export const isUnpricedSql =
  '(cost_nanos = 0 AND table_nanos IS NULL AND input + output + cache_read + cache_creation > 0)';

/**
 * Asked by the main agent, so it tells what the context holds. Subagents of old clients tell their type only; what the
 * client asks for itself (titles, compaction) is no context.
 */
export const isMainAgentSql = `(agent_id IS NULL AND agent_type IS NULL
  AND (query_source IS NULL OR query_source = 'sdk' OR query_source LIKE 'repl\\_main\\_thread%' ESCAPE '\\'))`;
