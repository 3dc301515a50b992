import { createHash } from 'node:crypto';
import { textAt } from '@telltale/core';
import type { Attributes, Span } from './otlp.ts';
import { requestsOf } from './requests.ts';
import { identityOf } from './telemetry.ts';
import type { Told, ToldHook } from './told.ts';

type Hook = Pick<ToldHook, 'atMs' | 'input'>;

interface Call {
  spanId: string;
  began: Hook;
  askedMs?: number;
  /** Of the Agent call that runs it. */
  agentId?: string;
}

/** Whoever says no by hand ends the turn without a word. */
const endsPrompt: ReadonlySet<string> = new Set(['UserPromptSubmit', 'Stop', 'StopFailure', 'SessionEnd']);

/** What the client's traces would have said: a trace for each prompt, in it its requests and calls. Open ones are not told. */
export function spansOf(told: Told): Span[] {
  const identity = identityOf(told);
  const idOf = (what: string) => hexOf(`${told.sessionId} ${what}`).slice(0, 16);
  const spans: Span[] = [];
  const calls = new Map<string, Call>();
  /** The call in which an agent runs, by the agent's id. */
  const agentCalls = new Map<string, string>();
  let newestAgentCall = '';
  let prompt: { id: string; atMs: number } | undefined;

  const add = (
    what: string,
    promptId: string,
    span: Omit<Span, 'traceId' | 'spanId' | 'attributes'>,
    own: Attributes,
  ) =>
    spans.push({
      ...span,
      traceId: hexOf(`${told.sessionId} ${promptId}`),
      spanId: idOf(what),
      attributes: {
        ...{ ...identity, 'span.type': span.name.replace('claude_code.', '') },
        ...{ duration_ms: Math.round(span.toMs - span.fromMs), ...own },
      },
    });
  const parentOf = (agentId: string | undefined, promptId: string) =>
    (agentId === undefined ? undefined : agentCalls.get(agentId)) ?? idOf(`prompt ${promptId}`);

  for (const hook of told.hooks) {
    const { atMs, input } = hook;
    const name = textAt(input, 'hook_event_name');
    const [id, promptId] = [textAt(input, 'tool_use_id') ?? '', textAt(input, 'prompt_id') ?? ''];
    const agentId = textAt(input, 'agent_id');
    if (name === 'PreToolUse') {
      calls.set(id, { spanId: idOf(`call ${id}`), began: hook, ...(agentId !== undefined && { agentId }) });
      if (input.tool_name === 'Agent') newestAgentCall = idOf(`call ${id}`);
    } else if (name === 'PermissionRequest') {
      const open = [...calls.values()].findLast(({ began }) => began.input.tool_name === input.tool_name);
      if (open) open.askedMs = atMs;
    } else if (name === 'SubagentStart' && agentId !== undefined) agentCalls.set(agentId, newestAgentCall);
    else if (name === 'PostToolUse' || name === 'PostToolUseFailure') {
      const call = calls.get(id);
      calls.delete(id);
      if (call) addCall(call, hook, name === 'PostToolUse');
    } else if (name !== undefined && endsPrompt.has(name)) {
      endPrompt(atMs, name === 'StopFailure');
      if (name === 'UserPromptSubmit') prompt = { id: promptId, atMs };
    }
  }
  for (const { id, promptId, agentId, atMs, durationMs, ttftMs, model, tokens } of requestsOf(told)) {
    const span = {
      ...{ name: 'claude_code.llm_request', fromMs: atMs - durationMs, toMs: atMs, hasFailed: false },
      parentSpanId: parentOf(agentId, promptId),
    };
    add(`request ${id}`, promptId, span, {
      ...{ model, request_id: id, ttft_ms: ttftMs, attempt: 1, success: true, speed: 'normal' },
      ...{ input_tokens: tokens.input, output_tokens: tokens.output },
      ...{ cache_read_tokens: tokens.cacheRead, cache_creation_tokens: tokens.cacheCreation },
      ...(agentId !== undefined && { agent_id: agentId }),
    });
  }
  return spans.sort((a, b) => a.toMs - b.toMs);

  function endPrompt(toMs: number, hasFailed: boolean): void {
    if (!prompt) return;
    const span = { name: 'claude_code.interaction', fromMs: prompt.atMs, toMs, hasFailed };
    add(`prompt ${prompt.id}`, prompt.id, span, {});
    prompt = undefined;
  }

  function addCall({ spanId, began, askedMs, agentId }: Call, { atMs, input }: Hook, isOk: boolean): void {
    const [id, promptId] = [textAt(input, 'tool_use_id') ?? '', textAt(input, 'prompt_id') ?? ''];
    const ranMs = Math.min(Number(input.duration_ms), atMs - began.atMs);
    const tool = { tool_use_id: id, ...(agentId !== undefined && { agent_id: agentId }) };
    const whole = { fromMs: began.atMs, toMs: atMs, hasFailed: false, parentSpanId: parentOf(agentId, promptId) };
    add(`call ${id}`, promptId, { name: 'claude_code.tool', ...whole }, { ...tool, tool_name: `${input.tool_name}` });
    if (askedMs !== undefined) {
      const blocked = { fromMs: askedMs, toMs: atMs - ranMs, hasFailed: false, parentSpanId: spanId };
      const answer = { decision: 'accept', source: 'user_temporary' };
      add(`blocked ${id}`, promptId, { name: 'claude_code.tool.blocked_on_user', ...blocked }, answer);
    }
    const ran = { fromMs: atMs - ranMs, toMs: atMs, hasFailed: !isOk, parentSpanId: spanId };
    add(`run ${id}`, promptId, { name: 'claude_code.tool.execution', ...ran }, { ...tool, success: isOk });
  }
}

const hexOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
