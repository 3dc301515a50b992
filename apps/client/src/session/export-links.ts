interface ExportKind {
  format: 'html' | 'json' | 'ndjson' | 'csv' | 'ams';
  label: string;
  /** What it is good for. */
  words: string;
}

export const exportKinds: readonly ExportKind[] = [
  { format: 'html', label: 'HTML', words: 'one page to read and to share' },
  { format: 'json', label: 'JSON', words: 'prompt by prompt, with cost' },
  { format: 'ndjson', label: 'NDJSON', words: 'every event and transcript line' },
  { format: 'csv', label: 'CSV', words: 'a row per prompt and call' },
  { format: 'ams', label: 'AMS', words: 'the document of the archive' },
];

/** Where the service hands out a session as a file. */
export function exportAddress(sessionId: string, format: ExportKind['format'], isMasked: boolean): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}/export?format=${format}${isMasked ? '&pii=mask' : ''}`;
}
