import type { RequestCost } from '../cost-view.ts';
import { present } from '../present.ts';
import type { SpanView } from '../span-view.ts';
import type { TurnRequest } from './costs.ts';
import { itemLine } from './lines.ts';
import type { ActionItem, StoryItem, StoryTurn, SubagentItem } from './story.ts';
import { endOf } from './turns.ts';

/** One line of a prompt's waterfall. Times are milliseconds. */
export interface WaterfallBar {
  kind: 'request' | 'call' | 'wait' | 'subagent' | 'compaction' | 'error';
  label: string;
  /** 0 in the main agent, 1 in a subagent, … */
  depth: number;
  fromMs: number;
  toMs: number;
  /** When it began nobody told: reckoned from what came before it. */
  isGuessed: boolean;
  hasFailed: boolean;
  isRunning: boolean;
  /** When the first token came. */
  firstTokenMs?: number;
  /** Where it stood still for somebody's answer. */
  blockedMs?: readonly [number, number];
  request?: RequestCost;
  /** Of the story, to jump to. */
  item?: StoryItem;
}

export interface Waterfall {
  fromMs: number;
  toMs: number;
  bars: readonly WaterfallBar[];
  /** Whether spans told the times, or events alone. */
  hasSpans: boolean;
}

export interface WaterfallParts {
  turn: StoryTurn;
  requests: readonly TurnRequest[];
  /** Of the session, at least of this turn. */
  spans?: readonly SpanView[];
  /** What is open lasts until now. */
  nowMs: number;
}

/** What a prompt's time went into: by spans where they came, else by events. */
export function waterfallOf({ turn, requests, spans = [], nowMs }: WaterfallParts): Waterfall {
  const startMs = Date.parse(turn.at);
  const endMs = turn.endedAt === undefined ? nowMs : Date.parse(turn.endedAt);
  const timing = timingOf(spans);
  const bars = lane(turn.items, undefined, 0, { requests, timing, nowMs, startMs });
  addFailedAttempts(bars, spans, requests, startMs, endMs);
  const hasSpans = bars.some(({ request, item }) => timing.has(request?.id ?? callIdOf(item)));
  const fromMs = bars.reduce((least, bar) => Math.min(least, bar.fromMs), startMs);
  const toMs = bars.reduce((most, bar) => Math.max(most, bar.toMs), turn.state === 'running' ? nowMs : endMs);
  return { fromMs, toMs: Math.max(toMs, fromMs + 1), bars, hasSpans };
}

interface Laying {
  requests: readonly TurnRequest[];
  timing: Timing;
  nowMs: number;
  /** When the lane began: nothing in it began before. */
  startMs: number;
}

/** An agent's own bars in the order in which they began, each subagent's below its own. */
function lane(
  items: readonly StoryItem[],
  agent: SubagentItem | undefined,
  depth: number,
  laying: Laying,
): WaterfallBar[] {
  const groups: WaterfallBar[][] = [];
  for (const item of items) {
    if (item.kind === 'subagent') groups.push(agentBars(item, depth, laying));
    else if (item.kind === 'action') groups.push([callBar(item, depth, laying)]);
    else if (item.kind === 'wait' && item.wait === 'elicitation') groups.push([waitBar(item, depth, laying)]);
    else if (item.kind === 'compaction' || item.kind === 'api-error' || item.kind === 'stop-failure') {
      groups.push([markBar(item, depth)]);
    }
  }
  const ends = groups.flatMap(([bar]) => (bar ? [bar.toMs] : [])).sort((a, b) => a - b);
  for (const one of laying.requests) {
    if (one.agent === agent) groups.push([requestBar(one.request, depth, ends, laying)]);
  }
  const startOf = (group: readonly WaterfallBar[]) => group[0]?.fromMs ?? 0;
  return groups.sort((a, b) => startOf(a) - startOf(b)).flat();
}

function requestBar(request: RequestCost, depth: number, ends: readonly number[], laying: Laying): WaterfallBar {
  const told = laying.timing.get(request.id ?? '');
  const endMs = Date.parse(request.at);
  const known = told?.fromMs ?? (request.durationMs === undefined ? undefined : endMs - request.durationMs);
  // The transcript alone does not say when a request began: not before what it answers was there.
  const before = ends.findLast((ms) => ms <= endMs) ?? laying.startMs;
  const fromMs = known ?? Math.min(endMs, before);
  const ttftMs = told?.ttftMs ?? request.ttftMs;
  return present({
    kind: 'request' as const,
    label: request.model,
    ...{ depth, fromMs, toMs: told?.toMs ?? endMs, isGuessed: known === undefined, hasFailed: false, isRunning: false },
    firstTokenMs: ttftMs === undefined ? undefined : fromMs + ttftMs,
    request,
  });
}

function callBar(item: ActionItem, depth: number, { timing, nowMs }: Laying): WaterfallBar {
  const { state, endedAt, askedAt, waitedMs } = item.action;
  const told = timing.get(callIdOf(item));
  const isRunning = state === 'running' || state === 'waiting';
  const fromMs = told?.fromMs ?? Date.parse(item.at);
  const endMs = endedAt === undefined ? (isRunning ? nowMs : fromMs) : Date.parse(endedAt);
  const askedMs = askedAt === undefined ? undefined : Date.parse(askedAt);
  const open = state === 'waiting' ? nowMs : undefined;
  const answeredMs = askedMs === undefined || waitedMs === undefined ? open : askedMs + waitedMs;
  const heard = askedMs === undefined || answeredMs === undefined ? undefined : ([askedMs, answeredMs] as const);
  return present({
    kind: 'call' as const,
    label: itemLine(item, 120),
    ...{ depth, fromMs, toMs: Math.max(fromMs, told?.toMs ?? endMs), isGuessed: false, isRunning },
    hasFailed: state === 'failed' || state === 'never-ran',
    blockedMs: told?.blockedMs ?? heard,
    item,
  });
}

function agentBars(item: SubagentItem, depth: number, laying: Laying): WaterfallBar[] {
  const fromMs = Date.parse(item.at);
  const inner = lane(item.items, item, depth + 1, { ...laying, startMs: fromMs });
  const isRunning = item.endedAt === undefined && item.state === 'running';
  const endMs = isRunning ? laying.nowMs : Date.parse(item.endedAt ?? endOf(item));
  const toMs = inner.reduce((most, bar) => Math.max(most, bar.toMs), Math.max(fromMs, endMs));
  const bar: WaterfallBar = {
    ...{ kind: 'subagent', label: itemLine(item, 120), depth, fromMs, toMs, isGuessed: false, isRunning },
    ...{ hasFailed: item.state === 'failed', item },
  };
  return [bar, ...inner];
}

function waitBar(item: Extract<StoryItem, { kind: 'wait' }>, depth: number, { nowMs }: Laying): WaterfallBar {
  const fromMs = Date.parse(item.at);
  const isRunning = item.answer === 'open';
  const toMs = item.durationMs === undefined ? (isRunning ? nowMs : fromMs) : fromMs + item.durationMs;
  return {
    ...{ kind: 'wait', label: itemLine(item, 120), depth, fromMs, toMs, isGuessed: false, hasFailed: false, isRunning },
    ...{ blockedMs: [fromMs, toMs], item },
  };
}

function markBar(
  item: Extract<StoryItem, { kind: 'compaction' | 'api-error' | 'stop-failure' }>,
  depth: number,
): WaterfallBar {
  const isCompaction = item.kind === 'compaction';
  return {
    ...{ kind: isCompaction ? 'compaction' : 'error', label: itemLine(item, 120), depth, isGuessed: false },
    ...{ fromMs: Date.parse(item.at), toMs: Date.parse(endOf(item)), hasFailed: !isCompaction },
    ...{ isRunning: isCompaction && item.isRunning, item },
  };
}

/** Attempts that failed have no event with a cost; where spans tell of them they are lines of their own. */
function addFailedAttempts(
  bars: WaterfallBar[],
  spans: readonly SpanView[],
  requests: readonly TurnRequest[],
  startMs: number,
  endMs: number,
): void {
  const counted = new Set(requests.map(({ request }) => request.id));
  for (const span of spans) {
    const isAttempt = span.name === 'claude_code.llm_request' && span.hasFailed && !counted.has(span.requestId);
    if (!isAttempt || span.agentId !== undefined || span.fromMs < startMs || span.fromMs > endMs) continue;
    const bar: WaterfallBar = {
      ...{ kind: 'request', label: span.model ?? 'request', depth: 0, fromMs: span.fromMs, toMs: span.toMs },
      ...{ isGuessed: false, hasFailed: true, isRunning: false },
    };
    const after = bars.findIndex(({ depth, fromMs }) => depth === 0 && fromMs > span.fromMs);
    bars.splice(after < 0 ? bars.length : after, 0, bar);
  }
}

type Timing = ReadonlyMap<string, Told>;

interface Told {
  fromMs: number;
  toMs: number;
  ttftMs?: number | undefined;
  blockedMs?: readonly [number, number];
}

/** What spans say of requests, by their id, and of calls, by theirs. */
function timingOf(spans: readonly SpanView[]): Timing {
  const timing = new Map<string, Told>();
  const callOf = new Map<string, Told>();
  for (const { name, spanId, fromMs, toMs, requestId, toolUseId, ttftMs } of spans) {
    if (name === 'claude_code.llm_request' && requestId !== undefined) timing.set(requestId, { fromMs, toMs, ttftMs });
    if (name !== 'claude_code.tool' || toolUseId === undefined) continue;
    const told: Told = { fromMs, toMs };
    timing.set(toolUseId, told);
    callOf.set(spanId, told);
  }
  for (const { name, parentSpanId, fromMs, toMs } of spans) {
    const call = name === 'claude_code.tool.blocked_on_user' ? callOf.get(parentSpanId ?? '') : undefined;
    // A rule answers within milliseconds: nobody was waited for.
    if (call && toMs - fromMs >= leastWaitMs) call.blockedMs = [fromMs, toMs];
  }
  return timing;
}

const leastWaitMs = 250;

function callIdOf(item: StoryItem | undefined): string {
  return (item?.kind === 'action' ? item.action.toolUseId : undefined) ?? '';
}
