import type { Session } from '@telltale/core';

/** What is known of a session, for telling what is not. */
export interface Known {
  session: Session;
  events: number;
  entries: number;
  /** The transcript is stored as far as there is one. */
  isComplete: boolean;
}

const partWords = { results: 'tool results', transcript: 'transcript', events: 'events' } as const;

/** What retention took of the session, in words. */
export function prunedWords({ pruned }: Session): string | undefined {
  return pruned && `pruned by retention: ${pruned.map((part) => partWords[part]).join(', ')}`;
}

/** What the story lacks, in words; nothing where it is whole. */
export function lackWords({ session, events, entries, isComplete }: Known): string | undefined {
  if (session.knownFrom === 'metrics') return 'known only from its metrics: no hooks, events or transcript';
  if (events === 0 && entries === 0) return undefined;
  // What age took is said beside it.
  if (session.pruned?.includes('transcript') || session.pruned?.includes('events')) return undefined;
  if (events === 0 || session.knownFrom === 'transcript') return 'known only from its transcript';
  const isLive = session.state === 'working' || session.waiting.length > 0;
  if (entries === 0) return isLive ? 'transcript follows when the turn ends' : 'known only from its events';
  if (isComplete) return undefined;
  return isLive ? 'transcript follows when the turn ends' : 'transcript not complete yet';
}
