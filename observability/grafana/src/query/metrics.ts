/** What Claude Code counts, by the names that Prometheus gives it (`UnderscoreEscapingWithSuffixes`). */
export const metrics = {
  cost: 'claude_code_cost_usage_USD_total',
  tokens: 'claude_code_token_usage_tokens_total',
  sessions: 'claude_code_session_count_total',
  activeTime: 'claude_code_active_time_seconds_total',
  lines: 'claude_code_lines_of_code_count_total',
  commits: 'claude_code_commit_count_total',
  pullRequests: 'claude_code_pull_request_count_total',
  editDecisions: 'claude_code_code_edit_tool_decision_total',
} as const;

export type Metric = keyof typeof metrics;
