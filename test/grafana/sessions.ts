import { type LogRecord, logsPayload, type Metric, metricsPayload, type Value } from '../stack/payloads.ts';

/** A session as a person would tell it; `sessionPayloads` says it as OTLP, and `truth` adds it up. */
export interface FakeSession {
  id: string;
  temporality: 'cumulative' | 'delta';
  /** The client's own label; hooks may say something else, or nothing. */
  project?: string;
  email?: string;
  /** What hooks say: no hooks without it. */
  hooks?: { project: string; user: string };
  /** Does not send telemetry. */
  isSilent?: boolean;
  /** Processes: a resumed session has more than one. */
  runs: readonly FakeRequest[][];
  /** Something of every kind of event, at this time. */
  mishapsAt?: number;
}

export interface FakeRequest {
  at: number;
  model: string;
  costUsd: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
  agent?: string;
}

const tokenTypes = ['input', 'output', 'cacheRead', 'cacheCreation'] as const;

export function requestsOf(session: FakeSession): FakeRequest[] {
  return session.isSilent ? [] : session.runs.flat();
}

export function costOf(sessions: readonly FakeSession[], when: (request: FakeRequest) => boolean = () => true): number {
  return sum(sessions.flatMap(requestsOf).filter(when), ({ costUsd }) => costUsd);
}

export function tokensOf(sessions: readonly FakeSession[]): number {
  return sum(sessions.flatMap(requestsOf), tokensOfRequest);
}

/** Everything a session sends, as (signal, payload) in order of time. */
export function sessionPayloads(session: FakeSession): { at: number; signal: 'metrics' | 'logs'; payload: object }[] {
  if (session.isSilent) return [];
  let sequence = 0;
  return session.runs.flatMap((run) => {
    sequence = 0; // every process begins anew
    const startedAt = (run[0]?.at ?? 0) - 1000;
    const counters = new Map<
      string,
      { name: string; unit: string; attributes: Record<string, Value>; value: number }
    >();
    const count = (name: string, unit: string, value: number, attributes: Record<string, Value>) => {
      const key = JSON.stringify([name, attributes]);
      const before = counters.get(key);
      counters.set(key, {
        name,
        unit,
        attributes,
        value: value + (before && session.temporality === 'cumulative' ? before.value : 0),
      });
    };
    count('claude_code.session.count', '', 1, { start_type: run === session.runs[0] ? 'fresh' : 'resume' });
    return run.flatMap((request) => {
      if (session.temporality === 'delta' && request !== run[0]) counters.clear();
      const { model, agent } = request;
      const cause = {
        model,
        query_source: agent ? 'subagent' : 'main',
        effort: 'medium',
        ...(agent && { 'agent.name': agent }),
      };
      count('claude_code.cost.usage', 'USD', request.costUsd, cause);
      for (const type of tokenTypes) count('claude_code.token.usage', 'tokens', request[type], { ...cause, type });
      count('claude_code.active_time.total', 's', 12.5, { type: 'cli' });
      count('claude_code.lines_of_code.count', '', 7, { type: 'added', model });
      count('claude_code.commit.count', '', 1, {});
      count('claude_code.pull_request.count', '', 1, {});
      count('claude_code.cost.usage', 'USD', 0, { ...cause, 'skill.name': 'release' });
      count('claude_code.cost.usage', 'USD', 0, { ...cause, 'mcp_server.name': 'lab' });
      count('claude_code.code_edit_tool.decision', '', 1, {
        decision: 'accept',
        source: 'config',
        tool_name: 'Edit',
        language: 'TypeScript',
      });
      const metrics: Metric[] = [...counters.values()].map(({ name, unit, attributes, value }) => ({
        ...{ name, unit, temporality: session.temporality },
        points: [{ startedAt, at: request.at, value, attributes: { ...standard(session), ...attributes } }],
      }));
      const events = [...eventsOf(request), ...(request.at === session.mishapsAt ? mishaps() : [])];
      const records: LogRecord[] = events.map(([name, attributes]) => ({
        ...{ name, at: request.at },
        attributes: {
          ...standard(session),
          'event.sequence': sequence++,
          'prompt.id': `prompt-${session.id}`,
          ...attributes,
        },
      }));
      return [
        { at: request.at, signal: 'metrics' as const, payload: metricsPayload(metrics) },
        { at: request.at, signal: 'logs' as const, payload: logsPayload(records) },
      ];
    });
  });
}

type FakeEvent = [name: string, attributes: Record<string, Value>];

function eventsOf({ at, model, agent, costUsd, ...tokens }: FakeRequest): FakeEvent[] {
  return [
    ['user_prompt', { prompt_length: '5' }],
    [
      'api_request',
      {
        ...{ model, cost_usd: costUsd, duration_ms: 1200, ttft_ms: 300, request_id: `req_${at}_${model}_${costUsd}` },
        ...{
          input_tokens: tokens.input,
          output_tokens: tokens.output,
          query_source: agent ? 'agent:builtin:Explore' : 'sdk',
        },
        ...{ cache_read_tokens: tokens.cacheRead, cache_creation_tokens: tokens.cacheCreation },
      },
    ],
    ['tool_decision', { tool_name: 'Bash', decision: 'accept', source: 'config', permission_mode: 'default' }],
    ['tool_result', { tool_name: 'Bash', success: 'true', duration_ms: '42' }],
    ['hook_execution_complete', { hook_event: 'PreToolUse', total_duration_ms: '11', num_blocking: '0' }],
  ];
}

/** One of every other event. */
function mishaps(): FakeEvent[] {
  const model = 'claude-opus-5-5';
  return [
    ['api_error', { model, error: 'overloaded', status_code: 529, attempt: 11 }],
    ['api_retries_exhausted', { model, error: 'overloaded', status_code: 529, total_attempts: 11 }],
    ['api_refusal', { model }],
    ['compaction', { trigger: 'manual', success: 'true', duration_ms: '169', pre_tokens: '2920', post_tokens: '869' }],
    ['mcp_server_connection', { server_name: 'lab', transport_type: 'stdio', status: 'failed', error_code: 'ENOENT' }],
    ['permission_mode_changed', { from_mode: 'default', to_mode: 'bypassPermissions', trigger: 'shift_tab' }],
    ['plugin_loaded', { 'plugin.name': 'cc-plugin-diff' }],
    ['skill_activated', { 'skill.name': 'release' }],
    ['subagent_completed', { agent_type: 'Explore', total_tool_uses: 2, total_tokens: 2728 }],
    ['tool_decision', { tool_name: 'Write', decision: 'reject', source: 'user_reject', permission_mode: 'default' }],
    ['tool_result', { tool_name: 'Write', success: 'false', duration_ms: '7', error_type: 'ShellError' }],
    [
      'tool_result',
      {
        ...{ tool_name: 'mcp_tool', success: 'false', duration_ms: '9', error_type: 'McpToolCallError' },
        tool_parameters: '{"mcp_server_name":"lab","mcp_tool_name":"add"}',
      },
    ],
  ];
}

function standard({ id, project, email }: FakeSession): Record<string, Value> {
  return {
    'session.id': id,
    'user.id': id.replaceAll('-', '').repeat(2),
    ...(project && { project }),
    ...(email && { 'user.email': email }),
  };
}

function tokensOfRequest(request: FakeRequest): number {
  return sum(tokenTypes, (type) => request[type]);
}

function sum<T>(list: readonly T[], amount: (one: T) => number): number {
  return list.reduce((total, one) => total + amount(one), 0);
}
