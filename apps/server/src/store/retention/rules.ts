/** What is kept for how long, and how large the database may get; what is absent is kept for ever. */
export interface RetentionRules {
  resultsDays?: number;
  transcriptsDays?: number;
  eventsDays?: number;
  maxBytes?: number;
}

/** Of sessions `s`: nothing of these goes. */
export const isKeptSql = '(s.pinned = 1 OR s.labels IS NOT NULL)';
