import type { Session } from '@telltale/core';
import { placeWords, titleOf, waitWordsOf } from '../words/session-words.ts';
import { age } from '../words/time.ts';

/** One reason to call somebody: an open request, or a finished turn by choice. */
export interface Call {
  key: string;
  sessionId: string;
  seq?: number;
  sinceMs: number;
  place: string;
  words: string;
}

export interface Notice {
  title: string;
  body: string;
  sessionId: string;
  seq?: number;
}

export interface NoticeState {
  /** Calls that were told or seen; told once. */
  readonly told: ReadonlySet<string>;
  /** Calls behind the notice on screen. */
  readonly shown: ReadonlySet<string>;
}

export type NoticeStep = { state: NoticeState } & (
  | { does: 'nothing' | 'withdraw' }
  /** `isNew`: somebody is called; else the words on screen are set right, silently. */
  | { does: 'show'; notice: Notice; isNew: boolean }
);

const answerWithinMs = 10_000;
export const noNotices: NoticeState = { told: new Set(), shown: new Set() };

/** Who calls: requests that are open, and finished turns where wanted; muted projects never. */
export function callsOf(
  waiting: readonly Session[],
  turns: readonly Session[],
  { muted, notifyTurns }: { muted: readonly string[]; notifyTurns: boolean },
): Call[] {
  const requests = waiting.flatMap((session) => session.waiting.slice(0, 1).map((wait) => ({ session, wait })));
  const calls = requests.map(
    ({ session, wait }): Call => ({
      ...callOf(session, wait.since, waitWordsOf(wait)),
      ...(wait.seq !== undefined && { seq: wait.seq }),
    }),
  );
  const finished = notifyTurns ? turns : [];
  calls.push(
    ...finished.map((session) => callOf(session, session.turnFinishedAt ?? '', `finished: ${titleOf(session)}`)),
  );
  return calls.filter((call) => !muted.some((app) => call.place === app || call.place.startsWith(`${app} · `)));
}

function callOf(session: Session, since: string, words: string): Call {
  return {
    key: `${session.id} ${since}`,
    sessionId: session.id,
    sinceMs: Date.parse(since),
    place: placeWords(session),
    words,
  };
}

/**
 * What to do now: nothing before ten seconds have gone by unanswered, one notice for all that wait,
 * withdrawn when all are answered. With a tab in front or in quiet hours nobody is called.
 */
export function nextNotice(
  state: NoticeState,
  calls: readonly Call[],
  { now, isSilent }: { now: number; isSilent: boolean },
): NoticeStep {
  const open = new Set(calls.map((call) => call.key));
  const told = new Set([...state.told].filter((key) => open.has(key)));
  const due = calls.filter((call) => now - call.sinceMs >= answerWithinMs);
  const fresh = due.filter((call) => !told.has(call.key));
  for (const call of fresh) told.add(call.key);
  const isShown = state.shown.size > 0;
  const still = due.filter((call) => state.shown.has(call.key));

  if (isSilent) return isShown ? withdrawn(told) : { does: 'nothing', state: { told, shown: new Set() } };
  if (fresh.length > 0) return shows([...still, ...fresh], true);
  if (!isShown) return { does: 'nothing', state: { told, shown: new Set() } };
  if (still.length === 0) return withdrawn(told);
  return still.length < state.shown.size
    ? shows(still, false)
    : { does: 'nothing', state: { told, shown: state.shown } };

  function shows(all: readonly Call[], isNew: boolean): NoticeStep {
    const shown = new Set(all.map((call) => call.key));
    return { does: 'show', notice: noticeOf(all, now), isNew, state: { told, shown } };
  }
}

function withdrawn(told: ReadonlySet<string>): NoticeStep {
  return { does: 'withdraw', state: { told, shown: new Set() } };
}

function noticeOf(calls: readonly Call[], now: number): Notice {
  const oldest = calls.reduce((a, b) => (b.sinceMs < a.sinceMs ? b : a));
  const place = { sessionId: oldest.sessionId, ...(oldest.seq !== undefined && { seq: oldest.seq }) };
  if (calls.length === 1) return { title: oldest.place, body: oldest.words, ...place };
  const title = `${calls.length} sessions wait, longest ${age(now - oldest.sinceMs)}`;
  return {
    title,
    body: calls
      .map((call) => `${call.place}: ${call.words}`)
      .slice(0, 4)
      .join('\n'),
    ...place,
  };
}

/** Whether it is between two times of day, also over midnight; never when one is empty. */
export function isQuietHour(from: string, to: string, at: Date): boolean {
  if (!/^\d\d:\d\d$/.test(from) || !/^\d\d:\d\d$/.test(to) || from === to) return false;
  const now = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  return from < to ? from <= now && now < to : from <= now || now < to;
}
