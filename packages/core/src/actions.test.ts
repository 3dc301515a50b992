import { describe, expect, it } from 'vitest';
import { hookEvent, hookEvents } from '../fixtures/hook-event.ts';
import { scenarioNames, scenarioOf } from '../fixtures/scenario.ts';
import { type Action, actionsOf, createActionIndex } from './actions.ts';
import type { TelltaleEvent } from './event.ts';

/** What a reader sees of a row. */
function told(actions: readonly Action[]): string[] {
  return actions.map(({ kind, state, summary, errorLine }) =>
    [kind, state, summary, errorLine].filter(Boolean).join(' | '),
  );
}

/** The rows of events that came in this order, but for the order itself and the event that gave the key. */
function rowsOf(events: readonly TelltaleEvent[]): Action[] {
  const index = createActionIndex();
  for (const event of events) index.add(event);
  return index.rows().map((row) => ({ ...row, key: '', seqs: [...row.seqs].sort() }));
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe('actions of recorded sessions', () => {
  it('makes one row of call, result and batch', () => {
    const actions = actionsOf(scenarioOf('tools').events);
    expect(told(actions)).toEqual([
      'session | noted | session started',
      'prompt | noted | “[play tools dir=/home/dev/projects/tools-gv6zAy/project-0] Make the greeting friendlier.”',
      'message | noted | Looking around.',
      'tool | ok | Bash ls -1 && echo listed',
      'message | noted | A command that fails.',
      'tool | failed | Bash echo broken >&2; exit 3 | exit 3 · broken',
      'message | noted | Two at once.',
      'tool | ok | Read greet.js · 3 lines',
      'tool | ok | Bash wc -l greet.js',
      'tool | ok | Edit greet.js +2 −1',
      'tool | ok | Write NOTES.md +5',
      'message | noted | A file that is not there.',
      'tool | failed | Read missing.txt | File does not exist. Note: your current working directory is /home/dev/projects/tools-gv6zAy/project-0.',
      'message | noted | The greeting is friendlier now.',
      'turn | noted | The greeting is friendlier now.',
      'session | noted | session ended',
    ]);
    expect(actions[3]).toEqual({
      key: 'tool:toolu_HRRxgcLgFnUsvvv4d38tTL',
      kind: 'tool',
      state: 'ok',
      name: 'PreToolUse',
      app: 'shop',
      sessionId: 'aea1144e-7aeb-4a9f-a1ca-c0ad39551615',
      promptId: '8aa03344-5ae3-4a7b-90f1-70ffb651a4af',
      toolName: 'Bash',
      toolUseId: 'toolu_HRRxgcLgFnUsvvv4d38tTL',
      at: '2026-11-21T01:22:49.072Z',
      endedAt: '2026-11-21T01:22:49.274Z',
      durationMs: 128,
      summary: 'Bash ls -1 && echo listed',
      seqs: [4, 5, 6],
    });
  });

  it('joins a permission request and its notification to the call, and knows how long it waited', () => {
    const calls = actionsOf(scenarioOf('interactive').events).filter((action) => action.kind === 'tool');
    expect(calls).toMatchObject([
      { state: 'ok', summary: 'Write asked.txt +1', durationMs: 129, waitedMs: 7701, seqs: [4, 5, 6, 7, 8] },
      { state: 'unknown-end', summary: 'Bash touch refused.txt', askedAt: '2026-11-21T01:24:23.215Z', seqs: [12, 13] },
    ]);
  });

  it('finds denials in the batch, where alone they are told', () => {
    const calls = actionsOf(scenarioOf('denied').events).filter((action) => action.kind === 'tool');
    expect(calls.map((call) => call.state)).toEqual(['denied', 'denied', 'ok']);
    expect(calls[0]?.errorLine).toBe('Permission to use Bash with command curl http://127.0.0.1:9/ has been denied.');
  });

  it('links a subagent with the call that started it and counts what it did', () => {
    const actions = actionsOf(scenarioOf('subagents').events);
    const agents = actions.filter((action) => action.kind === 'subagent');
    expect(agents).toMatchObject([
      { summary: 'Explore “Look at right.txt”', state: 'ok', tools: 2, failures: 0, seqs: [6, 16] },
      { summary: 'general-purpose “Look at left.txt”', state: 'ok', tools: 2, failures: 1, seqs: [7, 21] },
    ]);
    for (const agent of agents) {
      const call = actions.find((action) => action.kind === 'tool' && action.toolUseId === agent.toolUseId);
      expect(call?.spawnedAgentId).toBe(agent.agentId);
    }
  });

  it('makes one row of a compaction with its end of a nameless subagent', () => {
    const rows = actionsOf(scenarioOf('compact').events).filter((action) => action.kind === 'compaction');
    expect(rows).toMatchObject([{ state: 'ok', summary: 'compacted (manual)', seqs: [10, 11, 12, 13] }]);
  });

  it.each(scenarioNames)('of %s hold every event at least once and every other event exactly once', (name) => {
    const { events } = scenarioOf(name);
    const seqs = actionsOf(events).flatMap((action) => action.seqs);
    expect([...new Set(seqs)].sort((a, b) => a - b)).toEqual(events.map((event) => event.seq));
    const batches = new Set(events.filter((event) => event.name === 'PostToolBatch').map((event) => event.seq));
    const others = seqs.filter((seq) => !batches.has(seq));
    expect(others).toHaveLength(new Set(others).size);
  });

  it.each(scenarioNames)('of %s end alike without payloads, which live frames leave out when they are long', (name) => {
    const { events } = scenarioOf(name);
    const light = events.map(({ payload: _, ...event }) => event);
    const isTold = ({ kind, state }: Action) => kind === 'tool' && (state === 'ok' || state === 'failed');
    expect(told(actionsOf(light).filter(isTold))).toEqual(told(actionsOf(events).filter(isTold)));
  });
});

describe('the action index', () => {
  it('returns only the rows that an event changed, as new objects', () => {
    const index = createActionIndex();
    const [pre, post] = hookEvents([
      { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'npm test' } },
      {
        hook_event_name: 'PostToolUse',
        tool_name: 'Bash',
        tool_use_id: 't1',
        tool_input: { command: 'npm test' },
        duration_ms: 5,
      },
    ]);
    const [running] = index.add(pre);
    expect(running).toMatchObject({ state: 'running', summary: 'Bash npm test' });
    const changed = index.add(post);
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatchObject({ key: running?.key, state: 'ok', durationMs: 5 });
    expect(changed[0]).not.toBe(running);
    expect(running?.state).toBe('running');
    expect(index.size).toBe(1);
  });

  it('pairs a result that arrives before its call', () => {
    const [pre, post] = hookEvents([
      { hook_event_name: 'PreToolUse', tool_name: 'Read', tool_use_id: 't1', tool_input: { file_path: '/p/a.ts' } },
      { hook_event_name: 'PostToolUse', tool_name: 'Read', tool_use_id: 't1', tool_input: { file_path: '/p/a.ts' } },
    ]);
    const index = createActionIndex();
    index.add(post);
    index.add(pre);
    expect(index.rows()).toMatchObject([{ state: 'ok', at: pre.at, endedAt: post.at, seqs: [2, 1] }]);
  });

  it('gives a request that arrives before its call to the call', () => {
    const [request, pre, post] = hookEvents([
      { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: 'rm x' } },
      { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'rm x' } },
      {
        hook_event_name: 'PostToolUse',
        tool_name: 'Bash',
        tool_use_id: 't1',
        tool_input: { command: 'rm x' },
        duration_ms: 1,
      },
    ]);
    const index = createActionIndex();
    expect(index.add(request)).toMatchObject([{ state: 'waiting', summary: 'Bash rm x' }]);
    expect(index.add(pre)).toMatchObject([{ state: 'waiting', toolUseId: 't1' }]);
    expect(index.add(post)).toMatchObject([{ state: 'ok', seqs: [1, 2, 3] }]);
    expect(index.size).toBe(1);
  });

  it.each(['PostToolUse', 'PostToolUseFailure'])(
    'makes one row of a call that asked and its %s, in every order, also without payloads',
    (ended) => {
      const call = { tool_name: 'Edit', tool_input: { file_path: '/p/a.ts', old_string: 'a', new_string: 'b' } };
      const id = { tool_use_id: 't1' };
      const result = ended === 'PostToolUse' ? { tool_response: { structuredPatch: [{ lines: ['+b'] }] } } : {};
      const events = hookEvents([
        { hook_event_name: 'PreToolUse', ...call, ...id },
        { hook_event_name: 'PermissionRequest', ...call },
        { hook_event_name: ended, ...call, ...id, ...result, error: 'File is gone', duration_ms: 10 },
        { hook_event_name: 'PostToolBatch', tool_calls: [{ ...call, ...id, tool_response: 'done' }] },
      ]);
      const light = events.map((event) => {
        const { payload: _, ...rest } = event;
        return event.name === 'PostToolBatch' ? event : rest;
      });
      for (const told of [events, events.slice(0, 3), light]) {
        const inOrder = rowsOf(told);
        expect(inOrder).toMatchObject([{ state: ended === 'PostToolUse' ? 'ok' : 'failed', waitedMs: 990 }]);
        for (const order of permutations(told)) {
          expect(rowsOf(order), order.map(({ name }) => name).join(', ')).toEqual(inOrder);
        }
      }
    },
  );

  it('gives a request to no call that ended before it, nor to one of other words', () => {
    const call = (command: string) => ({ tool_name: 'Bash', tool_input: { command } });
    const [first, request, other] = hookEvents([
      { hook_event_name: 'PostToolUse', tool_use_id: 't1', ...call('npm test') },
      { hook_event_name: 'PermissionRequest', ...call('npm test') },
      { hook_event_name: 'PostToolUse', tool_use_id: 't2', ...call('npm test -- --watch') },
    ]);
    const states = rowsOf([request, other, first]).map(({ state }) => state);
    expect(states).toEqual(['waiting', 'ok', 'ok']);
  });

  it('shows calls that never ran, which only the batch tells', () => {
    const [batch] = hookEvents([
      {
        hook_event_name: 'PostToolBatch',
        tool_calls: [
          {
            tool_name: 'Edit',
            tool_use_id: 't9',
            tool_input: { file_path: '/p/none.ts' },
            tool_response: '<tool_use_error>File does not exist.</tool_use_error>',
          },
        ],
      },
    ]);
    expect(createActionIndex().add(batch)).toMatchObject([
      { kind: 'tool', state: 'never-ran', summary: 'Edit none.ts', errorLine: 'File does not exist.', toolUseId: 't9' },
    ]);
  });

  it('ends the wait at the decision that telemetry tells', () => {
    const [pre, request] = hookEvents([
      { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'rm x' } },
      { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: 'rm x' } },
    ]);
    const decision = hookEvent({ decision: 'accept', hook_event_name: 'x' }, 3);
    const index = createActionIndex();
    index.add(pre);
    index.add(request);
    expect(index.add({ ...decision, source: 'otel', name: 'tool_decision', toolUseId: 't1' })).toMatchObject([
      { state: 'running', waitedMs: 2000 },
    ]);
  });

  it('adds what telemetry tells of the same things to the rows of the hooks', () => {
    const [prompt, pre, message] = hookEvents([
      { hook_event_name: 'UserPromptSubmit', prompt_id: 'p1', prompt: 'go' },
      { hook_event_name: 'PreToolUse', prompt_id: 'p1', tool_name: 'Bash', tool_use_id: 't1', tool_input: {} },
      { hook_event_name: 'MessageDisplay', prompt_id: 'p1', message_id: 'm1', delta: 'done', final: true },
    ]);
    const input = { hook_event_name: 'SubagentStart', prompt_id: 'p1', agent_id: 'a1', agent_type: 'Explore' };
    const run = hookEvent(input, 29);
    const ended = { ...run, id: 'ended', seq: 99, source: 'otel' as const, name: 'subagent_completed' };
    const names = ['user_prompt', 'tool_result', 'assistant_response', 'api_request'];
    const telemetry = names.map((name, step) => ({
      ...hookEvent({ hook_event_name: name, prompt_id: 'p1', tool_use_id: 't1' }, 10 + step),
      ...{ source: 'otel' as const, name, summary: name },
    }));
    const index = createActionIndex();
    for (const event of [prompt, pre, message, ...telemetry, run, ended]) index.add(event);
    expect(index.rows().map(({ kind, seqs }) => [kind, seqs.length])).toEqual([
      ['prompt', 2],
      ['tool', 2],
      ['message', 2],
      ['telemetry', 1],
      ['subagent', 2],
    ]);
  });

  describe('of a call that hooks and telemetry tell', () => {
    const input = { file_path: '/p/a.ts', old_string: 'a', new_string: 'b' };
    const call = { session_id: 's', tool_name: 'Edit', tool_use_id: 't1', prompt_id: 'p1' };
    const hook = (name: string, step: number, more: object) =>
      hookEvent({ ...call, tool_input: input, cwd: '/p', hook_event_name: name, ...more }, step);
    const otel = (name: string, step: number, more: object, outcome?: 'ok' | 'failed' | 'denied') => ({
      ...hookEvent({ ...call, hook_event_name: name, ...more }, step),
      ...{ source: 'otel' as const, name, summary: `telemetry's ${name}`, app: 'unknown' },
      ...(outcome && { outcome }),
    });
    const agent = { agent_id: 'a1', agent_type: 'Explore' };
    const patch = { structuredPatch: [{ lines: ['-a', '+b'] }] };
    const pre = hook('PreToolUse', 1, agent);
    const asked = hook('PermissionRequest', 2, { ...agent, tool_use_id: undefined });
    const decision = otel('tool_decision', 4, { decision: 'accept' });
    const result = otel('tool_result', 5, { success: 'true', duration_ms: 70 }, 'ok');
    const failure = otel('tool_result', 5, { success: 'false', error: 'Other words', duration_ms: 70 }, 'failed');
    const post = hook('PostToolUse', 6, { ...agent, tool_response: patch, duration_ms: 50 });
    const broken = hook('PostToolUseFailure', 6, { ...agent, error: 'File is gone', duration_ms: 50 });
    const plain = (name: string, step: number) => hook(name, step, { ...agent, tool_response: patch });

    it.each([
      ['that went well', [pre, decision, result, post]],
      ['that failed', [pre, decision, failure, broken]],
      ['of an older client, whose hook tells no duration', [pre, decision, result, plain('PostToolUse', 6)]],
    ])('%s, makes the same one row in every order', (_, events) => {
      const inOrder = rowsOf(events);
      expect(inOrder).toMatchObject([{ kind: 'tool', name: 'PreToolUse', at: pre.at, endedAt: events.at(-1)?.at }]);
      for (const order of permutations(events)) {
        expect(rowsOf(order), order.map(({ name }) => name).join(', ')).toEqual(inOrder);
      }
    });

    it.each(['Edit', 'mcp__lab__add'])('%s and that asked, makes one row wherever telemetry comes between', (tool) => {
      const events = [pre, asked, decision, result, post].map((event) => ({
        ...{ ...event, toolName: event.source === 'otel' && tool !== 'Edit' ? 'mcp_tool' : tool },
        summary: event.summary.replace('Edit', tool),
      }));
      const inOrder = rowsOf(events);
      expect(inOrder).toMatchObject([{ state: 'ok', waitedMs: 2000, durationMs: 50, toolName: tool }]);
      const isAsHooksCome = (order: typeof events) =>
        order.filter(({ source }) => source === 'hook').at(-1) === events[4];
      const orders = permutations(events).filter(isAsHooksCome);
      expect(orders).toHaveLength(40);
      for (const order of orders) expect(rowsOf(order), order.map(({ name }) => name).join(', ')).toEqual(inOrder);
    });

    it('counts it once in its subagent, though telemetry does not say whose it is', () => {
      const start = hook('SubagentStart', 0, { ...agent, tool_use_id: undefined, tool_name: undefined });
      for (const order of permutations([pre, decision, failure, broken])) {
        const index = createActionIndex();
        for (const event of [start, ...order]) index.add(event);
        expect(index.get('agent:s:a1')).toMatchObject({ tools: 1, failures: 1 });
      }
    });

    it('is a call with an end where no hook tells of it', () => {
      expect(rowsOf([decision])).toMatchObject([{ kind: 'tool', state: 'running', summary: 'Edit' }]);
      const [row] = rowsOf([decision, failure]);
      expect(row).toMatchObject({ state: 'failed', errorLine: 'Other words', durationMs: 70, toolName: 'Edit' });
      const refused = otel('tool_decision', 4, { decision: 'reject' }, 'denied');
      expect(rowsOf([refused, pre])).toMatchObject([{ state: 'denied', summary: 'Edit a.ts', agentId: 'a1' }]);
      expect(rowsOf([pre, refused])).toEqual(rowsOf([refused, pre]));
    });
  });

  it('gives a request of the API its duration', () => {
    const event = hookEvent({ hook_event_name: 'api_request', duration_ms: 1200 }, 1);
    const index = createActionIndex();
    index.add({ ...event, source: 'otel', name: 'api_request' });
    expect(index.rows()).toMatchObject([{ kind: 'telemetry', durationMs: 1200 }]);
  });

  it('makes one row of the dozens of notes that the client sends with each prompt', () => {
    const index = createActionIndex();
    for (let step = 0; step < 90; step += 1) {
      const event = hookEvent({ hook_event_name: 'hook_registered', ...(step >= 80 && { prompt_id: 'p1' }) }, step);
      index.add({ ...event, source: 'otel', name: step < 40 ? 'hook_registered' : 'hook_execution_start' });
    }
    expect(index.rows()).toMatchObject([
      { kind: 'telemetry', summary: '80 notes of the client on hooks and plugins', count: 80 },
      { kind: 'telemetry', summary: '10 notes of the client on hooks and plugins', count: 10 },
    ]);
  });

  it('makes one row of a command and the prompt that it becomes', () => {
    const [expansion, prompt, next] = hookEvents([
      { hook_event_name: 'UserPromptExpansion', prompt_id: 'p1', command_name: 'deploy', command_args: 'now' },
      { hook_event_name: 'UserPromptSubmit', prompt_id: 'p1', prompt: '/deploy now' },
      { hook_event_name: 'UserPromptSubmit', prompt_id: 'p1', prompt: 'and more' },
    ]);
    const index = createActionIndex();
    for (const event of [expansion, prompt, next]) index.add(event);
    expect(told(index.rows())).toEqual(['prompt | noted | “/deploy now”', 'prompt | noted | “and more”']);
  });

  it('puts right which call a subagent belongs to when the answer names it', () => {
    const agent = (id: string, description: string) => ({
      hook_event_name: 'PreToolUse',
      tool_name: 'Agent',
      tool_use_id: id,
      tool_input: { description, subagent_type: 'Explore' },
    });
    const events = hookEvents([
      agent('t1', 'one'),
      agent('t2', 'two'),
      { hook_event_name: 'SubagentStart', agent_id: 'b', agent_type: 'Explore' },
      { hook_event_name: 'SubagentStart', agent_id: 'a', agent_type: 'Explore' },
      {
        ...agent('t2', 'two'),
        hook_event_name: 'PostToolUse',
        tool_response: { agentId: 'b', status: 'async_launched' },
      },
    ]);
    const index = createActionIndex();
    for (const event of events) index.add(event);
    expect(index.get('agent:s-1:b')).toMatchObject({ toolUseId: 't2', summary: 'Explore “two”' });
    expect(index.get('agent:s-1:a')).toMatchObject({ toolUseId: 't1', summary: 'Explore “one”' });
    expect(index.get('tool:t1')).toMatchObject({ spawnedAgentId: 'a' });
    expect(index.get('tool:t2')).toMatchObject({ spawnedAgentId: 'b' });
  });

  it.each(scenarioNames)('comes to the same rows when older parts of %s are loaded after newer ones', (name) => {
    const { events } = scenarioOf(name);
    const shown = (actions: readonly Action[]) =>
      actions
        .filter((one) => one.toolUseId !== undefined && one.kind === 'tool')
        .map(({ toolUseId, state, summary, errorLine, at }) => [toolUseId, state, summary, errorLine, at].join(' | '))
        .sort();
    for (const size of [1, 2, 3, 5, 8]) {
      const index = createActionIndex();
      for (let end = events.length; end > 0; end -= size) {
        for (const event of events.slice(Math.max(0, end - size), end)) index.add(event);
      }
      expect(shown(index.rows()), `in parts of ${size}`).toEqual(shown(actionsOf(events)));
      const isOpen = (one: Action) => one.state === 'waiting' || one.state === 'running';
      expect(told(index.rows().filter(isOpen))).toEqual(told(actionsOf(events).filter(isOpen)));
    }
  });

  it('leaves a running call alone when an older prompt is loaded', () => {
    const [prompt, pre] = hookEvents([
      { hook_event_name: 'UserPromptSubmit', prompt: 'go' },
      { hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'sleep 99' } },
    ]);
    const index = createActionIndex();
    index.add(pre);
    index.add(prompt);
    expect(index.get('tool:t1')).toMatchObject({ state: 'running' });
  });

  it('forgets the oldest rows past its bound and nothing else', () => {
    const index = createActionIndex({ maxActions: 10 });
    for (let n = 0; n < 100; n += 1) {
      const input = { tool_name: 'Bash', tool_use_id: `t${n}`, tool_input: { command: `echo ${n}` } };
      index.add(hookEvent({ hook_event_name: 'PreToolUse', ...input }, n * 2));
      index.add(hookEvent({ hook_event_name: 'PostToolUse', ...input }, n * 2 + 1));
    }
    expect(index.rows().map((row) => row.summary)).toEqual(Array.from({ length: 10 }, (_, n) => `Bash echo ${n + 90}`));
  });
});
