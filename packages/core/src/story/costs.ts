import type { RequestCost, Tokens } from '../cost-view.ts';
import { nanosOfUsd, usdOfNanos } from '../ledger.ts';
import { noTokens, plusTokens, tokenCount } from '../tokens.ts';
import type { Story, StoryItem, SubagentItem } from './story.ts';

/** What some requests cost together. */
export interface CostSum {
  costUsd: number;
  /** Of it: by the price table, from the transcript alone. */
  estimatedUsd: number;
  requests: number;
  /** Requests of models without a price, which are in no sum. */
  unpriced: number;
  tokens: Tokens;
}

/** A request of a turn, with the subagent that asked, if one did. */
export interface TurnRequest {
  request: RequestCost;
  agent?: SubagentItem;
}

/** A story and its requests put together: each request belongs to one turn, or to none. */
export interface StoryCosts {
  /** By index of the turn. */
  turns: readonly CostSum[];
  requests: readonly (readonly TurnRequest[])[];
  /** At the first thing that a request brought: what was said, or the call that it asked for. */
  steps: ReadonlyMap<StoryItem, RequestCost>;
  /** The request that brought a thing. */
  requestOf: ReadonlyMap<StoryItem, RequestCost>;
  /** Those of its own subagents included. */
  agents: ReadonlyMap<SubagentItem, CostSum>;
  /** What belongs to no prompt: what only the metric knows, and what came before the first one. */
  outside: CostSum;
}

/** Linear but for sorting: a session of ten thousand events is joined in a moment. */
export function joinCosts(story: Story, requests: readonly RequestCost[]): StoryCosts {
  const placed = placesIn(story);
  const byId = new Map(requests.flatMap((request) => (request.id === undefined ? [] : [[request.id, request]])));
  const findInLane = laneFinder(requests);
  const requestOf = new Map<StoryItem, RequestCost>();
  const steps = new Map<StoryItem, RequestCost>();
  const placeOf = new Map<RequestCost, Placed>();
  for (const place of placed) {
    const known = place.requestId === undefined ? undefined : byId.get(place.requestId);
    const request = known ?? findInLane(place.agent?.agentId, Date.parse(place.item.at));
    if (!request) continue;
    requestOf.set(place.item, request);
    if (placeOf.has(request)) continue;
    placeOf.set(request, place);
    steps.set(place.item, request);
  }

  const agentOf = agentFinder(story, placeOf);
  const turnOf = turnFinder(story, placeOf);
  const ofTurns: TurnRequest[][] = story.turns.map(() => []);
  const outside: RequestCost[] = [];
  const ofAgents = new Map<SubagentItem, RequestCost[]>();
  for (const request of requests) {
    const agent = agentOf.of(request);
    const turn = (agent && agentOf.turn(agent)) ?? turnOf(request);
    const list = turn === undefined ? undefined : ofTurns[turn];
    if (list) list.push(agent ? { request, agent } : { request });
    else outside.push(request);
    for (let one = agent; one; one = agentOf.parent(one)) {
      const list = ofAgents.get(one);
      if (list) list.push(request);
      else ofAgents.set(one, [request]);
    }
  }
  return {
    turns: ofTurns.map((list) => costSumOf(list.map(({ request }) => request))),
    requests: ofTurns,
    ...{ steps, requestOf, outside: costSumOf(outside) },
    agents: new Map([...ofAgents].map(([agent, list]) => [agent, costSumOf(list)])),
  };
}

/** Sums whole billionths of a dollar: exact in any order. */
export function costSumOf(requests: readonly RequestCost[]): CostSum {
  let tokens: Tokens = noTokens;
  let [nanos, estimated, unpriced, count] = [0, 0, 0, 0];
  for (const { kind, costUsd, tableUsd, tokens: own } of requests) {
    const cost = nanosOfUsd(costUsd);
    nanos += cost;
    if (kind === 'estimated') estimated += cost;
    if (kind !== 'unattributed') count += 1;
    if (kind !== 'unattributed' && tableUsd === undefined && cost === 0 && tokenCount(own) > 0) unpriced += 1;
    tokens = plusTokens(tokens, own);
  }
  return { costUsd: usdOfNanos(nanos), estimatedUsd: usdOfNanos(estimated), requests: count, unpriced, tokens };
}

/** All that was sent: what was read from the cache and written to it included. */
export function tokensIn({ input, cacheRead, cacheCreation }: Tokens): number {
  return input + cacheRead + cacheCreation;
}

/** Share of what was sent that came from the cache; nothing where nothing was sent. */
export function cacheHitRatio(tokens: Tokens): number | undefined {
  const all = tokensIn(tokens);
  return all === 0 ? undefined : tokens.cacheRead / all;
}

/** Asked by the main agent in the conversation itself: titles and summaries are none of its context. */
export function isMainRequest({ kind, agentId, agentType, querySource }: RequestCost): boolean {
  if (kind === 'unattributed' || agentId !== undefined || agentType !== undefined) return false;
  return querySource === undefined || querySource === 'sdk' || querySource.startsWith('repl_main_thread');
}

/** Something that a request brought, with where it stands. */
interface Placed {
  item: StoryItem;
  turn: number;
  agent: SubagentItem | undefined;
  requestId: string | undefined;
}

function placesIn(story: Story): Placed[] {
  const placed: Placed[] = [];
  const walk = (items: readonly StoryItem[], turn: number, agent: SubagentItem | undefined): void => {
    for (const item of items) {
      if (item.kind === 'subagent') {
        if (item.call) placed.push({ item, turn, agent, requestId: item.call.requestId });
        walk(item.items, turn, item);
      } else if (item.kind === 'text' || item.kind === 'thinking' || item.kind === 'action') {
        placed.push({ item, turn, agent, requestId: item.requestId });
      }
    }
  };
  for (const [turn, { items }] of story.turns.entries()) walk(items, turn, undefined);
  return placed;
}

/** Where nobody names the request: the last one of the same agent that had begun by then. */
function laneFinder(
  requests: readonly RequestCost[],
): (agentId: string | undefined, ms: number) => RequestCost | undefined {
  const lanes = new Map<string, { startMs: number; request: RequestCost }[]>();
  for (const request of requests) {
    if (request.agentId === undefined && !isMainRequest(request)) continue;
    const lane = request.agentId ?? '';
    const own = { startMs: Date.parse(request.at) - (request.durationMs ?? 0), request };
    const list = lanes.get(lane);
    if (list) list.push(own);
    else lanes.set(lane, [own]);
  }
  for (const lane of lanes.values()) lane.sort((a, b) => a.startMs - b.startMs);
  return (agentId, ms) => {
    const lane = lanes.get(agentId ?? '') ?? [];
    return lane[lastAtOrBefore(lane.length, (at) => lane[at]?.startMs ?? 0, ms)]?.request;
  };
}

function agentFinder(story: Story, placeOf: ReadonlyMap<RequestCost, Placed>) {
  const byId = new Map<string, SubagentItem>();
  const around = new Map<SubagentItem, { turn: number; parent: SubagentItem | undefined }>();
  const walk = (items: readonly StoryItem[], turn: number, parent: SubagentItem | undefined): void => {
    for (const item of items) {
      if (item.kind !== 'subagent') continue;
      if (item.agentId !== undefined && !byId.has(item.agentId)) byId.set(item.agentId, item);
      around.set(item, { turn, parent });
      walk(item.items, turn, item);
    }
  };
  for (const [turn, { items }] of story.turns.entries()) walk(items, turn, undefined);
  return {
    // Old clients tell an agent's type only; then what it said names its requests.
    of: (request: RequestCost) => byId.get(request.agentId ?? '') ?? placeOf.get(request)?.agent,
    turn: (agent: SubagentItem) => around.get(agent)?.turn,
    parent: (agent: SubagentItem) => around.get(agent)?.parent,
  };
}

function turnFinder(story: Story, placeOf: ReadonlyMap<RequestCost, Placed>) {
  const { turns } = story;
  const byPrompt = new Map(turns.flatMap(({ promptId }, turn) => (promptId === undefined ? [] : [[promptId, turn]])));
  return (request: RequestCost): number | undefined => {
    if (request.kind === 'unattributed') return undefined;
    const told = byPrompt.get(request.promptId ?? '') ?? placeOf.get(request)?.turn;
    if (told !== undefined) return told;
    const turn = lastAtOrBefore(turns.length, (at) => Date.parse(turns[at]?.at ?? ''), Date.parse(request.at));
    return turn < 0 ? undefined : turn;
  };
}

/** Index of the last of ascending times that is not after `ms`; −1 where all are. */
function lastAtOrBefore(length: number, msOf: (at: number) => number, ms: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (msOf(middle) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
