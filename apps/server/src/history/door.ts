import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ingest } from '../ingest.ts';
import type { Store } from '../store/store.ts';
import { agentsOf } from './list.ts';
import { type TranscriptDoor, takeMetaFile, takeTranscriptFile } from './transcript-file.ts';

/** The same way in that senders use, for transcripts of this machine. */
export function transcriptDoor(ingest: Ingest, store: Store): TranscriptDoor {
  return {
    offsetOf: (file) => store.transcriptOffset(file),
    async take({ bytes, ...file }) {
      const result = await ingest.transcript(file, bytes);
      return 'expectedOffset' in result ? { stored: 0, nextOffset: result.expectedOffset } : result;
    },
    async takeMeta(whose, bytes) {
      await ingest.transcriptMeta(whose, bytes);
    },
  };
}

/** A session's own file and those of its subagents. */
export async function takeSession(
  { sessionId, path, app }: { sessionId: string; path: string; app: string },
  door: TranscriptDoor,
): Promise<void> {
  if (!existsSync(path)) return;
  const whose = app ? { app } : {};
  await takeTranscriptFile({ ...whose, sessionId, path }, door);
  for (const agent of await agentsOf(join(dirname(path), sessionId), sessionId)) {
    await takeTranscriptFile({ ...agent, ...whose }, door);
    await takeMetaFile(agent, door);
  }
}
