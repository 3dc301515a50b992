import type { RequestCost, Tokens } from '../cost-view.ts';
import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { byAt } from '../iso-time.ts';
import { present } from '../present.ts';
import type { ActionItem, Story, StoryItem, SubagentItem, WaitItem } from '../story.ts';
import { fuller, requestOf, type SaidRequest } from '../transcript/usage.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { type AmsEvent, type AmsIndex, type AmsSession, amsIndexSchema } from './ams.ts';
import { type ExportFacts, type ExportSources, storyOf } from './sources.ts';

export interface AmsOptions {
  /** Whether what the agent thought is told, too. */
  thinking: boolean;
}

type Unplaced<T> = T extends unknown ? Omit<T, 'index'> : never;
type Draft = Unplaced<AmsEvent>;
type LlmMessage = Extract<Draft, { type: 'llm_message' }>;

export function amsSession(sources: ExportSources, facts: ExportFacts, { thinking }: AmsOptions): AmsSession {
  const { session, events: told, cost } = sources;
  const story = storyOf(sources);
  const tell = createTeller(sources, thinking);
  const drafts: Draft[] = story.turns.flatMap((turn) => [
    ...(turn.kind === 'none' ? [] : [promptOf(turn)]),
    ...tell(turn.items),
  ]);
  const events = numbered(inOrder([...drafts, ...notificationsOf(told)]));
  const all = flat(events);
  const {
    'service.version': version,
    'deployment.environment.name': named,
    'deployment.environment': older,
  } = resourceOf(told);
  const totals = totalsOf(sources, story, all);
  return {
    schema_version: '1',
    session_id: session.id,
    'gen_ai.conversation.id': session.id,
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.agent.name': 'claude-code',
    ...present({
      'gen_ai.request.model': session.model,
      'gen_ai.agent.version': clientVersionOf(sources) ?? version,
      title: session.title,
      environment: named ?? older ?? facts.environment,
      ended_at: session.endedAt ?? story.to,
      parent_session_id: session.parentSessionId,
    }),
    status: session.state,
    tags: [...(sources.labels ?? [])],
    metadata: metadataOf(sources),
    started_at: session.startedAt,
    totals: { ...totals, cost_source: cost?.costSource ?? 'none' },
    exported_at: facts.exportedAt,
    exporter: `telltale ${facts.version}`,
    personal_data_masked: facts.isMasked,
    events,
  };
}

/** The small object that lists and filters need. */
export function amsIndex(session: AmsSession, key: string): AmsIndex {
  return amsIndexSchema.parse({ ...session, key });
}

/** By the day on which it began, in UTC: a session keeps its place when it goes on. */
export function amsKeys(
  { session_id: id, started_at: at }: AmsSession,
  prefix = '',
): { session: string; index: string } {
  const folder = prefix === '' ? '' : `${prefix}/`;
  // Whatever a sender called its session: no key leads out of the folder.
  const name = encodeURIComponent(id)
    .replace(/^\.+/, (dots) => dots.replaceAll('.', '%2E'))
    .slice(0, 200);
  return {
    session: `${folder}sessions/${at.slice(0, 10).replaceAll('-', '/')}/${name}.json`,
    index: `${folder}index/${name}.json`,
  };
}

function promptOf({ at, kind, promptId, text }: Story['turns'][number]): Draft {
  const origin = kind === 'none' ? 'typed' : kind;
  return { type: 'user_prompt', timestamp: at, origin, prompt: text, ...present({ prompt_id: promptId }) };
}

/** Items of one lane as events. */
function createTeller({ entries, events, cost }: ExportSources, thinking: boolean) {
  const messageOfEntry = new Map<number, Fields>();
  const requestOfMessage = new Map<string, SaidRequest>();
  for (const entry of entries) noteMessage(entry);
  const costOfRequest = new Map(cost?.requests.map((request) => [request.id, request]));
  const paths = transcriptPaths(events);

  function noteMessage(entry: TranscriptEntry): void {
    const message = entry.type === 'assistant' ? fieldsAt(entry.line, 'message') : undefined;
    const id = textAt(message, 'id');
    if (!message || id === undefined) return;
    messageOfEntry.set(entry.seq, message);
    const request = requestOf(entry);
    const known = requestOfMessage.get(id);
    if (request) requestOfMessage.set(id, known ? fuller(known, request) : request);
  }

  return tell;

  function tell(items: readonly StoryItem[]): Draft[] {
    const drafts: Draft[] = [];
    const messages = new Map<string, LlmMessage>();
    const waits = new Map<string, WaitItem>();
    for (const item of items) {
      if (item.kind === 'wait' && item.toolUseId !== undefined) waits.set(item.toolUseId, item);
      const message = messageOf(item);
      if (item.kind === 'text') say(message ?? begin({ at: item.at, model: item.model }), item.text);
      else if (item.kind === 'thinking') think(message ?? begin({ at: item.at }), item.text);
      else if (item.kind === 'action') drafts.push(toolCall(item, waits.get(item.action.toolUseId ?? '')));
      else if (item.kind === 'subagent') drafts.push(subagent(item));
      else drafts.push(...otherOf(item));
    }
    return drafts;

    /** The message that an item belongs to; it stands where its first words or calls do. */
    function messageOf(item: StoryItem): LlmMessage | undefined {
      const entry = item.kind === 'subagent' ? item.call?.entry : item.entry;
      const source = entry === undefined ? undefined : messageOfEntry.get(entry);
      const id = textAt(source, 'id') ?? (item.kind === 'text' ? item.messageId : undefined);
      if (id === undefined) return undefined;
      const known = messages.get(id);
      if (known) return known;
      const model = textAt(source, 'model') ?? (item.kind === 'text' ? item.model : undefined);
      const message = Object.assign(begin({ at: item.at, model }), { 'gen_ai.response.id': id }, measured(id));
      messages.set(id, message);
      return message;
    }

    function begin({ at, model }: { at: string; model?: string | undefined }): LlmMessage {
      const message: LlmMessage = {
        type: 'llm_message',
        timestamp: at,
        'gen_ai.operation.name': 'chat',
        text: '',
        ...present({ 'gen_ai.response.model': model }),
      };
      drafts.push(message);
      return message;
    }
  }

  function think(message: LlmMessage, text: string): void {
    if (thinking && text !== '') message.thinking = message.thinking ? `${message.thinking}\n\n${text}` : text;
  }

  function measured(messageId: string): Partial<LlmMessage> {
    const said = requestOfMessage.get(messageId);
    if (!said) return {};
    const counted = costOfRequest.get(said.id);
    return { request_id: said.id, ...usageOf(counted?.tokens ?? said.tokens), ...(counted && costFacts(counted)) };
  }

  function subagent(item: SubagentItem): Draft {
    const { agentId, agentType, description, prompt, endedAt, durationMs, call } = item;
    return {
      type: 'subagent',
      timestamp: item.at,
      'gen_ai.operation.name': 'invoke_agent',
      status: item.state,
      is_background: item.isBackground,
      tool_calls: item.tools,
      errors: item.failures,
      ...present({
        'gen_ai.agent.id': agentId,
        'gen_ai.agent.name': agentType,
        'gen_ai.tool.call.id': call?.action.toolUseId,
        ...{ description, why: prompt, ended_at: endedAt, duration_ms: durationMs, result: call?.response },
        transcript_path: agentId === undefined ? undefined : paths.get(agentId),
      }),
      // Their numbers come last, when the whole order is known.
      events: inOrder(tell(item.items)) as AmsEvent[],
    };
  }
}

function say(message: LlmMessage, text: string): void {
  message.text = message.text === '' ? text : `${message.text}\n\n${text}`;
}

/** Asked for and done, heard in the hooks, said in the transcript: one event. */
function toolCall(item: ActionItem, wait: WaitItem | undefined): Draft {
  const { action, input, response, error } = item;
  const isWrong = ['failed', 'denied', 'interrupted', 'never-ran'].includes(action.state);
  return {
    type: 'tool_call',
    timestamp: item.at,
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.call.arguments': input,
    status: action.state,
    ...present({
      'gen_ai.tool.name': action.toolName,
      'gen_ai.tool.call.id': action.toolUseId,
      'gen_ai.tool.call.result': response,
      'error.type': isWrong ? action.state : undefined,
      error: error ?? action.errorLine,
      ended_at: action.endedAt,
      duration_ms: action.durationMs,
      permission: wait && { answer: wait.answer, ...present({ waited_ms: wait.durationMs }) },
    }),
  };
}

/** Notices come from their events, each once; an open wait stands at its call. */
function otherOf(item: StoryItem): Draft[] {
  const timestamp = item.at;
  switch (item.kind) {
    case 'queued-prompt':
      return [{ type: 'user_prompt', timestamp, origin: item.isTyped ? 'typed' : 'notification', prompt: item.text }];
    case 'compaction': {
      const { trigger, tokensBefore, summary } = item;
      return [{ type: 'compaction', timestamp, trigger, ...present({ tokens_before: tokensBefore, summary }) }];
    }
    case 'api-error':
    case 'stop-failure':
      return [{ type: 'error', timestamp, 'error.type': item.kind, message: item.text }];
    case 'interrupt':
      return [{ type: 'interrupt', timestamp }];
    default:
      return [];
  }
}

function notificationsOf(events: readonly TelltaleEvent[]): Draft[] {
  return events
    .filter(({ source, name }) => source !== 'otel' && name === 'Notification')
    .map(({ at, summary, payload }) => ({
      type: 'notification',
      timestamp: at,
      message: textAt(payload, 'message') ?? summary,
      ...present({ notification_type: textAt(payload, 'notification_type') }),
    }));
}

/** As OpenTelemetry counts for Anthropic: what came from the cache is input, too. */
function usageOf({ input, output, cacheRead, cacheCreation }: Tokens) {
  return {
    'gen_ai.usage.input_tokens': input + cacheRead + cacheCreation,
    'gen_ai.usage.output_tokens': output,
    'gen_ai.usage.cache_read.input_tokens': cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': cacheCreation,
  };
}

function costFacts({ kind, costUsd, durationMs }: RequestCost): Partial<LlmMessage> {
  const isEstimated = kind === 'estimated' || undefined;
  return { cost_usd: costUsd, ...present({ cost_is_estimated: isEstimated, duration_ms: durationMs }) };
}

function totalsOf({ session, cost, entries }: ExportSources, story: Story, all: readonly AmsEvent[]) {
  const count = (type: AmsEvent['type']) => all.filter((event) => event.type === type).length;
  const failedCalls = all.filter((event) => event.type === 'tool_call' && event['error.type'] === 'failed').length;
  const apiMs = cost?.requests.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  const isPriced = cost !== undefined && cost.costSource !== 'none';
  const to = story.to ?? session.endedAt ?? session.lastEventAt;
  return {
    ...usageOf(cost && hasTokens(cost.tokens) ? cost.tokens : saidTokens(entries)),
    ...(isPriced && { cost_usd: cost.costUsd }),
    turns: story.turns.filter(({ kind }) => kind !== 'none').length,
    prompts: story.prompts,
    llm_messages: count('llm_message'),
    tool_calls: count('tool_call'),
    subagents: count('subagent'),
    notifications: count('notification'),
    errors: failedCalls + count('error'),
    duration_ms: Math.max(0, Date.parse(to) - Date.parse(session.startedAt)),
    ...(apiMs ? { api_duration_ms: apiMs } : {}),
    waited_ms: session.waitedMs,
  };
}

function hasTokens(tokens: Tokens): boolean {
  return Object.values(tokens).some((count) => count > 0);
}

/** Each request of the transcript once, where no ledger counts them. */
function saidTokens(entries: readonly TranscriptEntry[]): Tokens {
  const requests = new Map<string, SaidRequest>();
  for (const entry of entries) {
    const request = requestOf(entry);
    if (!request) continue;
    const known = requests.get(request.id);
    requests.set(request.id, known ? fuller(known, request) : request);
  }
  const sum: Tokens = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0 };
  for (const { tokens } of requests.values()) {
    for (const key of Object.keys(sum) as (keyof Tokens)[]) sum[key] += tokens[key];
  }
  return sum;
}

/** What its telemetry was told of where it runs: OTEL_RESOURCE_ATTRIBUTES. */
function resourceOf(events: readonly TelltaleEvent[]): Record<string, string | undefined> {
  const told = events.find(({ source, payload }) => source === 'otel' && isFields(payload?.resource));
  const resource = fieldsAt(told?.payload, 'resource') ?? {};
  return Object.fromEntries(Object.entries(resource).map(([key, value]) => [key, String(value)]));
}

function clientVersionOf({ entries, events }: ExportSources): string | undefined {
  const said = entries.findLast(({ line }) => textAt(line, 'version') !== undefined);
  const told = events.findLast(({ source, payload }) => source === 'otel' && textAt(payload, 'app.version'));
  return textAt(said?.line, 'version') ?? textAt(told?.payload, 'app.version');
}

function metadataOf({ session, events }: ExportSources): Record<string, string> {
  const { app, cwd, branch, worktree, host, user, entrypoint, permissionMode, startSource, endReason } = session;
  const own = { app, cwd, branch, worktree, host, user, entrypoint };
  const told = { ...own, permission_mode: permissionMode, start_source: startSource, end_reason: endReason };
  return present({ ...resourceOf(events), ...told }) as Record<string, string>;
}

function transcriptPaths(events: readonly TelltaleEvent[]): Map<string, string> {
  const paths = new Map<string, string>();
  for (const { agentId, payload } of events) {
    const path = textAt(payload, 'agent_transcript_path');
    if (agentId !== undefined && path !== undefined) paths.set(agentId, path);
  }
  return paths;
}

function inOrder(drafts: Draft[]): Draft[] {
  return drafts
    .map((draft, index) => ({ draft, index }))
    .sort((a, b) => byAt({ at: a.draft.timestamp }, { at: b.draft.timestamp }) || a.index - b.index)
    .map(({ draft }) => draft);
}

/** From 0, in reading order: what a subagent did comes behind the line that says it began. */
function numbered(drafts: readonly Draft[]): AmsEvent[] {
  let next = 0;
  const number = (draft: Draft): AmsEvent => {
    const index = next++;
    if (draft.type !== 'subagent') return { index, ...draft };
    return { index, ...draft, events: draft.events.map((event) => number(event)) };
  };
  return drafts.map(number);
}

function flat(events: readonly AmsEvent[]): AmsEvent[] {
  return events.flatMap((event) => (event.type === 'subagent' ? [event, ...flat(event.events)] : [event]));
}
