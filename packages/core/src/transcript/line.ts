import { type Fields, textAt } from '../fields.ts';
import { present } from '../present.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';

/** What one line of a transcript says about itself: an entry but for where it stands. Unknown types are kept. */
export function lineFacts(line: Fields): Pick<TranscriptEntry, 'type' | 'uuid' | 'at' | 'line'> {
  return present({
    type: textAt(line, 'type') ?? 'unknown',
    uuid: textAt(line, 'uuid'),
    at: timeOf(line),
    line,
  });
}

function timeOf(line: Fields): string | undefined {
  const ms = Date.parse(textAt(line, 'timestamp') ?? '');
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
