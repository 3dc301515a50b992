import type { ExportFormat } from '@telltale/core/export';

/** What a file of each format is called and told as; what writes it is loaded where it is written. */
export const fileTypes = {
  json: { type: 'application/json', ending: '.json' },
  ams: { type: 'application/json', ending: '.ams.json' },
  csv: { type: 'text/csv; charset=utf-8', ending: '.csv' },
  html: { type: 'text/html; charset=utf-8', ending: '.html' },
  ndjson: { type: 'application/x-ndjson', ending: '.ndjson' },
} as const satisfies Record<ExportFormat, { type: string; ending: string }>;
