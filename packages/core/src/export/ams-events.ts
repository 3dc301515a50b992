import type { RequestCost } from '../cost-view.ts';
import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, textAt } from '../fields.ts';
import { byAt } from '../iso-time.ts';
import { present } from '../present.ts';
import type { ActionItem, Story, StoryItem, SubagentItem, WaitItem } from '../story.ts';
import { fuller, requestOf, type SaidRequest } from '../transcript/usage.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import type { AmsEvent } from './ams.ts';
import { usageAttributes } from './ams-usage.ts';
import type { ExportSources } from './sources.ts';

type Unplaced<T> = T extends unknown ? Omit<T, 'index'> : never;
type Draft = Unplaced<AmsEvent>;
type LlmMessage = Extract<Draft, { type: 'llm_message' }>;

/** What happened, in reading order; without thoughts where they are not wanted. */
export function amsEvents(sources: ExportSources, story: Story, { thinking }: { thinking: boolean }): AmsEvent[] {
  const tell = createTeller(sources, thinking);
  const drafts: Draft[] = story.turns.flatMap((turn) => [
    ...(turn.kind === 'none' ? [] : [promptOf(turn)]),
    ...tell(turn.items),
  ]);
  return numbered(inOrder([...drafts, ...notificationsOf(sources.events)]));
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
    return {
      request_id: said.id,
      ...usageAttributes(counted?.tokens ?? said.tokens),
      ...(counted && costFacts(counted)),
    };
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

function costFacts({ kind, costUsd, durationMs }: RequestCost): Partial<LlmMessage> {
  const isEstimated = kind === 'estimated' || undefined;
  return { cost_usd: costUsd, ...present({ cost_is_estimated: isEstimated, duration_ms: durationMs }) };
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
