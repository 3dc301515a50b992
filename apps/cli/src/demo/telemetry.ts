import { fieldsAt, listAt, textAt } from '@telltale/core';
import type { Attributes, LogRecord, Metric } from './otlp.ts';
import { requestsOf, type ToldRequest, timeOf } from './requests.ts';
import type { Told, ToldEntry, ToldHook } from './told.ts';
import { refusal } from './tool-results.ts';

export interface Telemetry {
  /** In the order of their time. */
  logs: LogRecord[];
  /** What was counted, in the order of its time. */
  counted: Counted[];
  resource: Attributes;
}

/** Something that a metric counts. */
export interface Counted {
  atMs: number;
  metric: keyof typeof units;
  amount: number;
  attributes: Attributes;
}

const units = {
  'claude_code.session.count': '',
  'claude_code.cost.usage': 'USD',
  'claude_code.token.usage': 'tokens',
  'claude_code.lines_of_code.count': '',
  'claude_code.commit.count': '',
  'claude_code.code_edit_tool.decision': '',
  'claude_code.active_time.total': 's',
} as const;

/** What the client's telemetry would have said of a session that was told. */
export function telemetryOf(told: Told): Telemetry {
  const records: Omit<LogRecord, 'sequence'>[] = [];
  const counted: Counted[] = [];
  const identity = identityOf(told);
  const log = (atMs: number, name: string, attributes: Attributes) =>
    records.push({ atMs, attributes: { ...identity, 'event.name': name, ...attributes } });
  const count = (atMs: number, metric: Counted['metric'], amount: number, attributes: Attributes = {}) =>
    counted.push({ atMs, metric, amount, attributes: { ...identity, ...attributes } });

  const asked = new Map<string, string>();
  let lastMs: number | undefined;
  for (const { atMs, input } of told.hooks) {
    // What lies between two hooks is work, unless it is long.
    if (lastMs !== undefined && atMs > lastMs && atMs - lastMs < 60_000)
      count(atMs, 'claude_code.active_time.total', (atMs - lastMs) / 1000, { type: 'cli' });
    lastMs = atMs;
    if (input.hook_event_name === 'PermissionRequest') asked.set(JSON.stringify(input.tool_input), 'user_temporary');
    ofHook({ atMs, input }, asked, told.model, log, count);
  }
  const agents = new Map(
    told.hooks.map(({ input }) => [textAt(input, 'agent_id') ?? '', textAt(input, 'agent_type') ?? '']),
  );
  for (const entry of told.entries) ofRefusal(entry, log);
  for (const request of requestsOf(told)) ofRequest(request, agents.get(request.agentId ?? ''), log, count);
  const byTime = <T extends { atMs: number }>(list: T[]) => list.sort((a, b) => a.atMs - b.atMs);
  return {
    resource: { project: told.app },
    counted: byTime(counted),
    logs: byTime(records).map(({ atMs, attributes }, index) => ({
      atMs,
      attributes: { ...attributes, 'event.sequence': index + 1, 'event.timestamp': new Date(atMs).toISOString() },
    })),
  };
}

type Log = (atMs: number, name: string, attributes: Attributes) => void;
type Count = (atMs: number, metric: Counted['metric'], amount: number, attributes?: Attributes) => void;

function ofHook(
  { atMs, input }: Pick<ToldHook, 'atMs' | 'input'>,
  asked: ReadonlyMap<string, string>,
  model: string,
  log: Log,
  count: Count,
): void {
  const prompt = { 'prompt.id': textAt(input, 'prompt_id') ?? '' };
  const name = textAt(input, 'hook_event_name');
  if (name === 'SessionStart' && input.source === 'startup')
    count(atMs, 'claude_code.session.count', 1, { start_type: 'fresh' });
  if (name === 'UserPromptSubmit') {
    const text = textAt(input, 'prompt') ?? '';
    log(atMs, 'user_prompt', { ...prompt, prompt_length: String(text.length), prompt: '<REDACTED>' });
  }
  if (name === 'PostCompact')
    log(atMs, 'compaction', {
      ...{ ...prompt, trigger: 'auto', success: 'true', duration_ms: '24000' },
      ...{ pre_tokens: '161000', post_tokens: '21000' },
    });
  if (name === 'StopFailure')
    log(atMs, 'api_error', {
      ...prompt,
      model,
      error: textAt(input, 'error') ?? '',
      status_code: '529',
      attempt: '11',
    });
  if (name !== 'PostToolUse' && name !== 'PostToolUseFailure') return;
  const tool = textAt(input, 'tool_name') ?? '';
  const call = { ...prompt, tool_name: tool, tool_use_id: textAt(input, 'tool_use_id') ?? '' };
  const text = JSON.stringify(input.tool_input);
  const ms = Number(input.duration_ms);
  const source = asked.get(text) ?? 'config';
  log(atMs - ms, 'tool_decision', { ...call, decision: 'accept', source });
  log(atMs, 'tool_result', {
    ...{ ...call, success: String(name === 'PostToolUse'), duration_ms: String(ms), tool_input: text },
    ...{ tool_input_size_bytes: String(text.length), tool_result_size_bytes: String(sizeOf(input)) },
    ...(name === 'PostToolUseFailure' && { error: (textAt(input, 'error') ?? '').slice(0, 200) }),
  });
  if (tool === 'Edit' || tool === 'Write') {
    count(atMs, 'claude_code.code_edit_tool.decision', 1, { decision: 'accept', source, tool_name: tool });
    const { added, removed } = linesOf(input);
    if (added > 0) count(atMs, 'claude_code.lines_of_code.count', added, { type: 'added', model });
    if (removed > 0) count(atMs, 'claude_code.lines_of_code.count', removed, { type: 'removed', model });
  }
  if (tool === 'Bash' && name === 'PostToolUse' && text.includes('git commit'))
    count(atMs, 'claude_code.commit.count', 1);
}

function ofRefusal(entry: ToldEntry, log: Log): void {
  for (const part of listAt(fieldsAt(entry.line, 'message'), 'content')) {
    const { tool_use_id, content } = part as { tool_use_id?: string; content?: unknown };
    if (content !== refusal.content) continue;
    log(timeOf(entry), 'tool_decision', {
      ...{ 'prompt.id': textAt(entry.line, 'promptId') ?? '', tool_name: 'Bash', tool_use_id: tool_use_id ?? '' },
      ...{ decision: 'reject', source: 'user_reject' },
    });
  }
}

function ofRequest(request: ToldRequest, agentType: string | undefined, log: Log, count: Count): void {
  const { atMs, promptId, id, model, tokens, costNanos, durationMs, ttftMs, agentId } = request;
  const isMain = agentId === undefined;
  log(atMs, 'api_request', {
    ...{ 'prompt.id': promptId, model, request_id: id, speed: 'normal', effort: 'medium' },
    ...{ input_tokens: tokens.input, output_tokens: tokens.output },
    ...{ cache_read_tokens: tokens.cacheRead, cache_creation_tokens: tokens.cacheCreation },
    ...{ cache_creation_5m_tokens: tokens.cacheCreation, cache_creation_1h_tokens: 0 },
    ...{ cost_usd: costNanos / 1e9, cost_usd_micros: Math.round(costNanos / 1000) },
    ...{ duration_ms: durationMs, ttft_ms: ttftMs },
    query_source: isMain ? 'repl_main_thread' : `agent:builtin:${agentType}`,
    ...(!isMain && { 'agent.name': agentType ?? '', agent_id: agentId }),
  });
  const from = { model, effort: 'medium', query_source: isMain ? 'main' : 'subagent' };
  count(atMs, 'claude_code.cost.usage', costNanos / 1e9, from);
  for (const [type, amount] of Object.entries(tokens))
    count(atMs, 'claude_code.token.usage', amount, { ...from, type });
}

/** The counters of one process as they stand after each of these times, where something was new. */
export function metricsAt(
  counted: readonly Counted[],
  times: readonly number[],
): { atMs: number; metrics: Metric[] }[] {
  const streams = new Map<string, Counted & { startMs: number }>();
  const exports: { atMs: number; metrics: Metric[] }[] = [];
  let next = 0;
  for (const atMs of times) {
    const begun = next;
    for (; next < counted.length && (counted[next]?.atMs ?? 0) <= atMs; next += 1) {
      const one = counted[next];
      if (!one) continue;
      const key = `${one.metric} ${JSON.stringify(one.attributes)}`;
      const stream = streams.get(key) ?? { ...one, amount: 0, startMs: one.atMs - 1 };
      streams.set(key, stream);
      stream.amount += one.amount;
    }
    if (next > begun) exports.push({ atMs, metrics: metricsOf([...streams.values()], atMs) });
  }
  return exports;
}

function metricsOf(streams: readonly (Counted & { startMs: number })[], atMs: number): Metric[] {
  return (Object.keys(units) as Counted['metric'][]).flatMap((name) => {
    const points = streams
      .filter(({ metric }) => metric === name)
      .map(({ startMs, amount, attributes }) => ({ startMs, atMs, value: amount, attributes }));
    return points.length > 0 ? [{ name, unit: units[name], points }] : [];
  });
}

/** What stands on everything that a client sends. */
export function identityOf({ sessionId, app, user, terminal }: Told): Attributes {
  return {
    ...{ 'session.id': sessionId, 'user.id': `demo-${user}`, 'user.email': `${user}@demo.invalid` },
    ...{ 'terminal.type': terminal, project: app },
  };
}

const sizeOf = (input: Record<string, unknown>) => JSON.stringify(input.tool_response ?? input.error ?? '').length;

function linesOf(input: Record<string, unknown>): { added: number; removed: number } {
  const patch = listAt(fieldsAt(input, 'tool_response'), 'structuredPatch');
  const lines = patch.flatMap((hunk) => (hunk as { lines: string[] }).lines);
  const content = textAt(fieldsAt(input, 'tool_input'), 'content');
  if (content !== undefined) return { added: content.split('\n').length, removed: 0 };
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: count('+'), removed: count('-') };
}
