import type { Session } from '@telltale/core';
import { agentTree } from '@telltale/core';
import type { RowState } from '../../base/row-state.ts';
import type { FeedRow } from '../../data/feed-row.ts';
import { placeWords, titleOf } from '../../words/session-words.ts';
import { endOfSession, isOpen, stateNow } from '../session-end.ts';

/** One agent of one session over time. */
export interface Lane {
  key: string;
  sessionId: string;
  agentId: string | undefined;
  /** 0 for a session's main agent. */
  depth: number;
  title: string;
  place: string;
  spans: readonly Span[];
  tools: number;
  failures: number;
}

/** One action as a bar; a moment is as long as its start. */
export interface Span {
  key: number;
  fromMs: number;
  toMs: number;
  state: RowState;
  kind: 'tool' | 'prompt' | 'turn' | 'other';
  words: string;
}

/**
 * Rows stand in order of arrival. What began long before the window may still run in it, and what came late may
 * stand behind it: so many that are too old say that nothing more follows.
 */
const mostTooOld = 20_000;

/** So many rows in memory are more than lanes can tell apart. */
export const manyRows = 20_000;

/** What was asked for later before what is in memory; of an action that both have a part of, the whole. */
export function joinRows(
  past: readonly FeedRow[],
  rows: readonly FeedRow[],
  sessionOf: (id: string) => Session | undefined,
): readonly FeedRow[] {
  if (past.length === 0 || rows.length > manyRows) return rows;
  const known = new Map(past.map((row) => [row.id, row]));
  const later = rows.map((row) => {
    const began = known.get(row.id);
    if (!began) return row;
    known.delete(row.id);
    return began.atMs < row.atMs ? { ...row, atMs: began.atMs } : row;
  });
  // A session that was deleted meanwhile is gone from here, too.
  const earlier = [...known.values()].filter(({ action }) => sessionOf(action.sessionId ?? '') !== undefined);
  return [...earlier, ...later];
}

/** Lanes of what happened between `from` and `to`: sessions in the order they began, their agents below them. */
export function lanesOf(
  rows: readonly FeedRow[],
  sessionOf: (id: string) => Session | undefined,
  { from, to }: { from: number; to: number },
): Lane[] {
  const byLane = new Map<string, FeedRow[]>();
  let tooOld = 0;
  for (let index = rows.length - 1; index >= 0 && tooOld < mostTooOld; index -= 1) {
    const row = rows[index];
    if (!row?.action.sessionId) continue;
    if (endOf(row, to, sessionOf(row.action.sessionId)) < from) {
      if (row.atMs < from - 3_600_000) tooOld += 1;
      continue;
    }
    const key = `${row.action.sessionId} ${row.action.agentId ?? ''}`;
    const known = byLane.get(key);
    if (known) known.push(row);
    else byLane.set(key, [row]);
  }
  const sessionIds = [...new Set([...byLane.keys()].map((key) => key.split(' ')[0] ?? ''))];
  const sessions = sessionIds.map((id) => ({ id, session: sessionOf(id) }));
  sessions.sort((a, b) => ((a.session?.startedAt ?? '') < (b.session?.startedAt ?? '') ? -1 : 1));
  return sessions.flatMap(({ id, session }) => [
    laneOf(id, undefined, 0, session, byLane.get(`${id} `) ?? [], to),
    ...agentsIn(session, id, byLane).map(({ agentId, depth }) =>
      laneOf(id, agentId, depth, session, byLane.get(`${id} ${agentId}`) ?? [], to),
    ),
  ]);
}

/** The agents with something to show, each below the one that started it. */
function agentsIn(session: Session | undefined, id: string, byLane: ReadonlyMap<string, FeedRow[]>) {
  const found: { agentId: string; depth: number }[] = [];
  const walk = (nodes: ReturnType<typeof agentTree>, depth: number): void => {
    for (const { agent, children } of nodes) {
      if (byLane.has(`${id} ${agent.id}`)) found.push({ agentId: agent.id, depth });
      walk(children, depth + 1);
    }
  };
  walk(agentTree(session?.agents ?? []), 1);
  for (const key of byLane.keys()) {
    const agentId = key.startsWith(`${id} `) ? key.slice(id.length + 1) : '';
    if (agentId && !found.some((one) => one.agentId === agentId)) found.push({ agentId, depth: 1 });
  }
  return found;
}

function laneOf(
  sessionId: string,
  agentId: string | undefined,
  depth: number,
  session: Session | undefined,
  rows: readonly FeedRow[],
  to: number,
): Lane {
  const agent = session?.agents.find((one) => one.id === agentId);
  const named = rows.find((row) => row.action.agentType !== undefined)?.action.agentType;
  const mainTitle = session ? titleOf(session) : sessionId.slice(0, 8);
  const spans = rows.map((row) => spanOf(row, to, session)).reverse();
  return {
    key: `${sessionId} ${agentId ?? ''}`,
    sessionId,
    agentId,
    depth,
    title: agentId === undefined ? mainTitle : (agent?.description ?? agent?.type ?? named ?? 'subagent'),
    place: agentId === undefined && session ? placeWords(session) : (agent?.type ?? ''),
    spans,
    tools: spans.filter((span) => span.kind === 'tool').length,
    failures: rows.filter((row) => row.state === 'failed' || row.state === 'trouble').length,
  };
}

function spanOf(row: FeedRow, to: number, session: Session | undefined): Span {
  const { kind } = row.action;
  return {
    key: row.key,
    fromMs: row.atMs,
    toMs: endOf(row, to, session),
    state: stateNow(row, session),
    kind: kind === 'tool' || kind === 'prompt' || kind === 'turn' ? kind : 'other',
    words: `${row.label} ${row.text}`,
  };
}

function endOf(row: FeedRow, to: number, session: Session | undefined): number {
  if (isOpen(row)) return Math.max(row.atMs, endOfSession(session) ?? to);
  return row.action.endedAt ? Date.parse(row.action.endedAt) : row.atMs;
}
