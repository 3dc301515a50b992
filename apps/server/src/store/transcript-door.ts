import type { TranscriptEntry } from '@telltale/core';
import type { GroupCommit } from './group-commit.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { TranscriptQuery } from './queries.ts';
import type { PrunedSessions } from './retention/pruned-sessions.ts';
import type { ProjectedSession } from './sessions/projected-session.ts';
import type { Projection } from './sessions/projection.ts';
import type { Store } from './store.ts';
import type { Tombstones } from './tombstones.ts';
import type { Transcripts } from './transcripts.ts';

export interface TranscriptDoorDeps {
  commits: GroupCommit;
  projection: Projection;
  ledger: Ledger;
  transcripts: Transcripts;
  tombstones: Tombstones;
  prunedSessions: PrunedSessions;
  now(): number;
}

/** Silent for so long, a session that did not end is taken for over. */
const silentMs = 15 * 60_000;

/** Transcripts by their session's id: what comes is stored but for what was deleted or pruned, and taken into the session. */
export function createTranscriptDoor(
  deps: TranscriptDoorDeps,
): Pick<Store, 'appendTranscript' | 'transcript' | 'transcriptOffset' | 'transcriptPlaces'> {
  const { commits, projection, ledger, transcripts, tombstones, prunedSessions, now } = deps;

  function isComplete(session: ProjectedSession, { agentId, now: at = now() }: TranscriptQuery): boolean {
    if (!transcripts.isWhole(session.no, agentId)) return false;
    const told = projection.view(session, at);
    return told === undefined || told.endedAt !== undefined || at - Date.parse(told.lastEventAt) > silentMs;
  }

  return {
    appendTranscript: (chunk) =>
      commits.run(() => {
        if (tombstones.holdsAll(chunk.sessionId)) return { stored: 0, duplicates: 0, nextOffset: chunk.size ?? 0 };
        const session = projection.find(chunk.sessionId) ?? projection.create(chunk.sessionId);
        const entries: TranscriptEntry[] = [];
        const result = transcripts.append(session.no, chunk, {
          onEntry: (entry) => entries.push(entry),
          isDeleted: either(tombstones.entriesOf(session), prunedSessions.entriesOf(session)),
        });
        if (entries.length > 0) {
          projection.addEntries(session, entries, chunk.app);
          ledger.addEntries(session, entries);
        }
        return result;
      }),
    transcript(query) {
      const session = projection.find(query.sessionId);
      if (!session) return { items: [], next: null, complete: false };
      return { ...transcripts.page(session.no, query), complete: isComplete(session, query) };
    },
    transcriptOffset(transcript) {
      if (tombstones.holdsAll(transcript.sessionId)) return transcript.size ?? 0;
      return transcripts.offsetOf(projection.find(transcript.sessionId)?.no, transcript);
    },
    transcriptPlaces(sessionId) {
      const session = projection.find(sessionId);
      return session ? transcripts.placesOf(session.no) : new Map();
    },
  };
}

/** Whether one of two tests holds, as far as there are any. */
function either<T>(
  one: ((value: T) => boolean) | undefined,
  other: ((value: T) => boolean) | undefined,
): ((value: T) => boolean) | undefined {
  return one && other ? (value) => one(value) || other(value) : (one ?? other);
}
