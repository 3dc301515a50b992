import { contextNow, countWords, type Session, shareWords, tokensIn } from '@telltale/core';
import { usualProvider } from '@telltale/core/agent-provider';
import { count } from '../words/amount.ts';
import { contextHint } from '../words/context-words.ts';
import { costHint, costWords } from '../words/cost-words.ts';
import { hasCounts, placeWords } from '../words/session-words.ts';
import { clockShort, day, duration, exactTime } from '../words/time.ts';

export interface Column {
  key: string;
  title: string;
  /** CSS track of the grid. */
  track: string;
  isNumber?: boolean;
  /** Where it says nothing of any session it takes no room. */
  isRare?: boolean;
  text(session: Session, now: number): string;
  hint?(session: Session): string | undefined;
  /** Where a click on the title sorts by it: what is unknown comes last. */
  sortBy?(session: Session, now: number): number | undefined;
}

/** The table's columns behind state and title; all can be hidden. */
export const columns: readonly Column[] = [
  { key: 'place', title: 'project · branch', track: 'minmax(128px, 1fr)', text: placeWords },
  {
    key: 'provider',
    title: 'agent',
    track: '96px',
    // The usual one need not be said; a list with another one has the column.
    isRare: true,
    text: ({ provider = usualProvider }) => (provider === usualProvider ? '' : provider),
  },
  {
    key: 'started',
    title: 'started',
    track: '84px',
    text: (session, now) => startWords(new Date(session.startedAt), new Date(now)),
    hint: (session) => exactTime(new Date(session.startedAt)),
  },
  {
    key: 'duration',
    title: 'duration',
    track: '76px',
    isNumber: true,
    text: (session, now) => duration(lastedMs(session, now)),
    sortBy: lastedMs,
  },
  {
    key: 'waited',
    title: 'waited',
    track: '76px',
    isNumber: true,
    text: (session) => (session.waitedMs >= 1000 ? duration(session.waitedMs) : ''),
    sortBy: (session) => session.waitedMs,
  },
  {
    key: 'prompts',
    title: 'prompts',
    track: '64px',
    isNumber: true,
    text: (session) => (hasCounts(session) ? count(session.prompts) : '–'),
    sortBy: (session) => (hasCounts(session) ? session.prompts : undefined),
  },
  {
    key: 'tools',
    title: 'tools',
    track: '56px',
    isNumber: true,
    text: (session) => (hasCounts(session) ? count(session.tools) : '–'),
    sortBy: (session) => (hasCounts(session) ? session.tools : undefined),
  },
  {
    key: 'failures',
    title: 'failed',
    track: '56px',
    isNumber: true,
    text: (session) => (session.failures > 0 ? count(session.failures) : ''),
    sortBy: (session) => session.failures,
  },
  {
    key: 'agents',
    title: 'agents',
    track: '60px',
    isNumber: true,
    text: (session) => (session.subagents > 0 ? count(session.subagents) : ''),
    sortBy: (session) => session.subagents,
  },
  {
    key: 'context',
    title: 'context',
    track: '60px',
    isNumber: true,
    text: (session) => {
      const share = contextShare(session);
      return share === undefined ? '' : shareWords(share);
    },
    hint: (session) => {
      const context = contextNow(session);
      return context && contextHint(context, Date.now());
    },
    sortBy: contextShare,
  },
  {
    key: 'tokens',
    title: 'tokens',
    track: '60px',
    isNumber: true,
    text: ({ tokens }) => (tokens ? countWords(tokensIn(tokens) + tokens.output) : ''),
    hint: ({ tokens }) => tokens && `${countWords(tokensIn(tokens))} in · ${countWords(tokens.output)} out`,
    sortBy: ({ tokens }) => tokens && tokensIn(tokens) + tokens.output,
  },
  {
    key: 'cost',
    title: 'cost',
    track: '72px',
    isNumber: true,
    text: costWords,
    hint: costHint,
    sortBy: ({ costUsd }) => costUsd,
  },
  {
    key: 'labels',
    title: 'labels',
    track: 'minmax(48px, 0.8fr)',
    isRare: true,
    text: (session) => (session.labels ?? []).join(', '),
  },
  { key: 'model', title: 'model', track: 'minmax(104px, 1fr)', text: (session) => session.model ?? '' },
];

/** How full the main agent's context is. */
function contextShare(session: Session): number | undefined {
  return contextNow(session)?.share;
}

/** From the first event to the end, or to now while it is going on. */
export function lastedMs(session: Session, now: number): number {
  const goesOn = session.state === 'working' || session.waiting.length > 0;
  const end = goesOn ? now : Date.parse(session.endedAt ?? session.lastEventAt);
  return Math.max(0, end - Date.parse(session.startedAt));
}

/** `14:02` today, else `11-20 14:02`. */
export function startWords(at: Date, now: Date): string {
  return day(at) === day(now) ? clockShort(at) : `${day(at).slice(5)} ${clockShort(at)}`;
}
