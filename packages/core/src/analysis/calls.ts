import { type Action, createActionIndex, hasEnded } from '../actions.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt } from '../fields.ts';
import { present } from '../present.ts';
import { type Suggested, suggestedBy } from './suggestion.ts';

/** Events that tell of calls and their permissions, or end them. */
export const callEventNames = [
  'PreToolUse',
  'PermissionRequest',
  'PermissionDenied',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'UserPromptSubmit',
  'Stop',
  'StopFailure',
  'SessionStart',
  'SessionEnd',
  'SubagentStart',
  'SubagentStop',
  'tool_decision',
  'tool_result',
] as const;

/** Of these the payload decides. */
export const payloadEventNames: ReadonlySet<string> = new Set(['PermissionRequest', 'PostToolBatch']);

/** Who answered: `unanswered` by nobody that was heard, `unknown` where no telemetry tells. */
export type Answer = 'allowed' | 'denied' | 'unanswered';

/** One tool call, as analyses count it: the same row that the story shows. */
export interface Call {
  /** Ms. */
  at: number;
  tool: string;
  state: Action['state'];
  /** The call in words. */
  words: string;
  durationMs?: number;
  /** Who made it: the type of an agent, `main`, or `subagent` where no type is told. */
  agent: string;
  errorLine?: string;
  /** Its permission was asked for. */
  isAsked: boolean;
  waitedMs?: number;
  answer?: Answer;
  /** As telemetry tells: config, hook, user_temporary, …, spelled with spaces. */
  decidedBy?: string;
  suggested?: Suggested;
}

/** A call with the events that told of it. */
export interface ToldCall {
  call: Call;
  hasEnded: boolean;
  seqs: readonly number[];
}

/** The calls of one session, from its events of `callEventNames` in the order of their times. */
export function callsOf(events: readonly TelltaleEvent[]): ToldCall[] {
  const index = createActionIndex({ maxActions: Number.POSITIVE_INFINITY });
  const requests = new Map<number, Suggested>();
  const deciders = new Map<string, string>();
  for (const event of events) {
    if (event.name === 'PermissionRequest')
      requests.set(event.seq, suggestedBy(event.payload ?? {}, event.toolName ?? 'a tool'));
    const decider = event.name === 'tool_decision' && deciderIn(event);
    if (decider && event.toolUseId !== undefined) deciders.set(event.toolUseId, decider);
    index.add(asStep(event));
  }
  return index.rows().flatMap((action) => {
    const call = callOf(action, requests, deciders);
    return call ? [{ call, hasEnded: hasEnded(action), seqs: action.seqs }] : [];
  });
}

function callOf(
  action: Action,
  requests: ReadonlyMap<number, Suggested>,
  deciders: ReadonlyMap<string, string>,
): Call | undefined {
  if (action.kind !== 'tool') return undefined;
  const asked = action.seqs.find((seq) => requests.has(seq));
  const decidedBy = action.toolUseId === undefined ? undefined : deciders.get(action.toolUseId);
  const isAsked = asked !== undefined;
  return present({
    ...{ at: Date.parse(action.at), tool: action.toolName ?? 'unknown tool', state: action.state },
    ...{ words: action.summary, durationMs: action.durationMs, isAsked, decidedBy },
    ...{ agent: agentName(action), errorLine: action.errorLine },
    waitedMs: isAsked ? action.waitedMs : undefined,
    answer: isAsked || decidedBy !== undefined || action.state === 'denied' ? answerOf(action, decidedBy) : undefined,
    suggested: asked === undefined ? undefined : requests.get(asked),
  });
}

export function agentName({ agentId, agentType }: { agentId?: string; agentType?: string }): string {
  return agentType ?? (agentId === undefined ? 'main' : 'subagent');
}

function answerOf({ state, waitedMs }: Action, decidedBy: string | undefined): Answer {
  if (state === 'denied') return 'denied';
  if (state === 'waiting') return 'unanswered';
  // Its agent went on and nobody heard an answer: Esc, or a client without telemetry.
  return state === 'unknown-end' && decidedBy === undefined && waitedMs === undefined ? 'unanswered' : 'allowed';
}

/** Telemetry's decision without its payload: the summary that the catalogue made of it tells who decided. */
function deciderIn({ summary }: TelltaleEvent): string | undefined {
  return / by ([\w ]+)$/.exec(summary)?.[1];
}

/** Summary and outcome stand for the payload of a decision, which is read for each call and would have to be unpacked. */
function asStep(event: TelltaleEvent): TelltaleEvent {
  if (event.name === 'tool_decision')
    return { ...event, payload: { decision: event.outcome === 'denied' ? 'reject' : 'accept' } };
  return fieldsAt({ payload: event.payload }, 'payload') ? event : { ...event, payload: {} };
}
