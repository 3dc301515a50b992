import {
  type Action,
  durationWords,
  type FilterEvent,
  hookRow,
  type TelltaleEvent,
  telemetryRow,
  toolLabel,
  waitedForBy,
} from '@telltale/core';
import type { RowState } from '../base/row-state.ts';

/** An event as the feed keeps it: what filters ask. The rest is fetched when it is opened. */
export type KeptEvent = FilterEvent & { seq: number; searchText: string };

export function keepEvent(event: TelltaleEvent, searchText: string): KeptEvent {
  const { seq, name, app, at, sessionId, agentId, agentType, toolName, outcome, model, durationMs, sensitive } = event;
  return {
    seq,
    name,
    app,
    at,
    sessionId,
    agentId,
    agentType,
    toolName,
    outcome,
    model,
    durationMs,
    sensitive,
    searchText,
  };
}

/** One line of the feed: one action, whatever the number of its events. Replaced, never changed in place. */
export interface FeedRow {
  readonly id: string;
  /** `seq` of its first event, as far as heard: its place. */
  readonly key: number;
  readonly lastSeq: number;
  readonly atMs: number;
  readonly action: Action;
  readonly state: RowState;
  /** The tool, or the event in a word. */
  readonly label: string;
  /** What happened, in words, without the label. */
  readonly text: string;
  readonly events: readonly KeptEvent[];
}

/** More events than this of one action are streamed text: they add nothing to a row. */
const mostEvents = 64;

/** The row of an action after one more of its events. */
export function rowOf(action: Action, event: KeptEvent, before: FeedRow | undefined): FeedRow {
  const label = labelOf(action);
  const events = before?.events ?? [];
  const isNew = events.length < mostEvents && !events.some((known) => known.seq === event.seq);
  return {
    id: action.key,
    key: Math.min(before?.key ?? event.seq, event.seq),
    lastSeq: Math.max(before?.lastSeq ?? 0, event.seq),
    atMs: Date.parse(action.at),
    action,
    state: stateOf(action),
    label,
    text: textOf(action, label),
    events: isNew ? [...events, event].sort((a, b) => a.seq - b.seq) : events,
  };
}

function stateOf({ kind, state, name }: Action): RowState {
  const isTurn = kind === 'turn' || name === 'api_error';
  return isTurn && state === 'failed' ? 'trouble' : state;
}

function labelOf(action: Action): string {
  if (action.toolName !== undefined) return toolLabel(action.toolName);
  if (action.kind === 'subagent') return action.subagentType ?? action.agentType ?? 'subagent';
  if (action.count !== undefined) return 'client notes';
  return hookRow(action.name)?.label ?? telemetryRow(action.name)?.label ?? action.name;
}

/** The label stands in its own column. */
function textOf(action: Action, label: string): string {
  const { description, kind, state, toolName } = action;
  if (kind === 'subagent' && description !== undefined) return description;
  const summary = kind === 'telemetry' ? withoutDuration(action) : action.summary;
  const text =
    summary === label
      ? ''
      : summary.startsWith(`${label} `)
        ? summary.slice(label.length + 1).replace(/^· /, '')
        : summary;
  if (state !== 'waiting') return text;
  return `waiting for ${waitedForBy(toolName)}: ${text}`;
}

/** A note's duration has a column of its own. */
function withoutDuration({ summary, durationMs }: Action): string {
  const words = durationMs === undefined ? '' : ` · ${durationWords(durationMs)}`;
  return words !== '' && summary.endsWith(words) ? summary.slice(0, -words.length) : summary;
}
