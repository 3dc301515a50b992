import { describe, expect, it } from 'vitest';
import { hookEvent, startMs } from '../../fixtures/hook-event.ts';
import type { Origin, TelltaleEvent } from '../event.ts';
import { byTime } from '../iso-time.ts';
import { emptyFold, foldEvent, isBefore, type SessionFacts, type SessionFold, sessionOf } from '../session.ts';
import type { Session } from '../session-view.ts';

const minute = 60_000;

/** A hand-made session: each input one second after the one before, or at `at` seconds. */
class Play {
  fold: SessionFold = emptyFold('s-1');
  private step = 0;

  hook(name: string, input: Record<string, unknown> = {}, origin?: Origin): this {
    return this.event(hookEvent({ hook_event_name: name, ...input }, this.step, origin));
  }

  otel(name: string, fields: Partial<TelltaleEvent> = {}): this {
    const { agentId: _, ...event } = hookEvent({ hook_event_name: name }, this.step);
    return this.event({ ...event, source: 'otel', ...fields });
  }

  pause(seconds: number): this {
    this.step += seconds;
    return this;
  }

  call(id: string, toolName: string, input: Record<string, unknown>, more: Record<string, unknown> = {}): this {
    return this.hook('PreToolUse', { tool_name: toolName, tool_use_id: id, tool_input: input, ...more });
  }

  done(id: string, toolName: string, input: Record<string, unknown>, more: Record<string, unknown> = {}): this {
    return this.hook('PostToolUse', {
      tool_name: toolName,
      tool_use_id: id,
      tool_input: input,
      duration_ms: 100,
      ...more,
    });
  }

  failed(id: string, toolName: string, input: Record<string, unknown>, error = 'Exit code 1\nno'): this {
    return this.hook('PostToolUseFailure', { tool_name: toolName, tool_use_id: id, tool_input: input, error });
  }

  /** So long after the last event. */
  after(ms: number, facts?: SessionFacts): Session {
    return sessionOf(this.fold, Date.parse(this.fold.lastAt) + ms, facts);
  }

  get now(): Session {
    return this.after(500);
  }

  private event(event: TelltaleEvent): this {
    // Whatever the fold keeps must survive being stored.
    this.fold = JSON.parse(JSON.stringify(this.fold));
    foldEvent(this.fold, event);
    this.step += 1;
    return this;
  }
}

const begun = () => new Play().hook('SessionStart', { source: 'startup' }).hook('UserPromptSubmit', { prompt: 'go' });
const rm = { command: 'rm -rf dist' };

describe('a session works, waits and rests', () => {
  it('is idle before its first prompt and nobody’s turn', () => {
    expect(new Play().hook('SessionStart', { source: 'startup' }).now).toMatchObject({ state: 'idle', group: 'quiet' });
  });

  it('works from the prompt on, with its last line', () => {
    expect(begun().call('t1', 'Grep', { pattern: 'useAuth' }).now).toMatchObject({
      state: 'working',
      group: 'working',
      lastLine: 'Grep “useAuth”',
      title: 'go',
    });
  });

  it('has no title before there are words for one', () => {
    const play = new Play().hook('UserPromptSubmit', { prompt: '' });
    expect(play.now).not.toHaveProperty('title');
    expect(play.hook('UserPromptSubmit', { prompt: 'in words' }).now.title).toBe('in words');
  });

  it('is your turn for 30 minutes after the turn', () => {
    const play = begun().hook('Stop', { last_assistant_message: 'Done.\nMore.', background_tasks: [] });
    expect(play.now).toMatchObject({
      state: 'idle',
      group: 'your-turn',
      lastLine: 'Done.',
      turnFinishedAt: play.fold.lastAt,
    });
    expect(play.after(31 * minute)).toMatchObject({ state: 'idle', group: 'quiet' });
  });

  it('is done when it ends, and quiet a day later', () => {
    const play = begun().hook('Stop').hook('SessionEnd', { reason: 'prompt_input_exit' });
    expect(play.now).toMatchObject({
      state: 'ended',
      group: 'done',
      endedAt: play.fold.lastAt,
      endReason: 'prompt_input_exit',
    });
    expect(play.after(25 * 60 * minute).group).toBe('quiet');
  });

  it('goes on when it is resumed', () => {
    const play = begun()
      .hook('Stop')
      .hook('SessionEnd', { reason: 'other' })
      .hook('SessionStart', { source: 'resume' });
    expect(play.now).toMatchObject({ state: 'idle', startSource: 'startup' });
    expect(play.now).not.toHaveProperty('endedAt');
    expect(play.hook('UserPromptSubmit', { prompt: 'again' }).now).toMatchObject({ state: 'working', prompts: 2 });
  });

  it('keeps working through a compaction in the middle of a turn', () => {
    const play = begun().hook('PreCompact', { trigger: 'auto' });
    expect(play.now).toMatchObject({ state: 'working', lastLine: 'compacting (auto)' });
    play
      .hook('SubagentStop', { agent_id: 'a9', agent_type: '', last_assistant_message: '<analysis>' })
      .hook('SessionStart', { source: 'compact' })
      .hook('PostCompact', { trigger: 'auto' });
    expect(play.now).toMatchObject({ state: 'working', subagents: 0, agents: [], startSource: 'startup' });
  });

  it('rests again after a compaction by hand', () => {
    const play = begun().hook('Stop').hook('PreCompact', { trigger: 'manual' });
    expect(play.now.state).toBe('working');
    expect(play.hook('PostCompact', { trigger: 'manual' }).now).toMatchObject({ state: 'idle', group: 'your-turn' });
  });
});

describe('a permission request', () => {
  const asked = () => begun().call('t1', 'Bash', rm).hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });

  it('waits, in words, and says after a while that it cannot know', () => {
    const play = asked();
    expect(play.now).toMatchObject({
      state: 'waiting-permission',
      group: 'needs-you',
      waiting: [
        {
          kind: 'permission',
          summary: 'Bash rm -rf dist',
          since: play.fold.lastAt,
          toolName: 'Bash',
          toolUseId: 't1',
          seq: 4,
          mayBeRunning: false,
        },
      ],
    });
    expect(play.after(4_500).waiting[0]?.mayBeRunning).toBe(true);
    play
      .pause(6)
      .hook('Notification', { notification_type: 'permission_prompt', message: 'Claude needs your permission' });
    expect(play.after(3000).waiting).toMatchObject([{ toolUseId: 't1', mayBeRunning: false }]);
  });

  it('is answered when the call has ended, and its run is not waiting', () => {
    const play = asked().pause(59).done('t1', 'Bash', rm, { duration_ms: 20_000 });
    expect(play.now).toMatchObject({ state: 'working', waiting: [], waitedMs: 40_000 });
  });

  it('is over with the batch when it was denied', () => {
    const entry = { tool_name: 'Bash', tool_use_id: 't1', tool_input: rm, tool_response: 'Permission denied.' };
    const play = asked().hook('PostToolBatch', { tool_calls: [entry] });
    expect(play.now).toMatchObject({ state: 'working', waiting: [], waitedMs: 1000, tools: 1, failures: 0 });
  });

  it('refused by Esc stays until the next prompt, and what nobody heard is not counted', () => {
    const play = asked();
    expect(play.after(4 * minute)).toMatchObject({ group: 'needs-you', waiting: [{ mayBeRunning: true }] });
    play.pause(240).hook('UserPromptSubmit', { prompt: 'no, instead' });
    expect(play.now).toMatchObject({ state: 'working', waiting: [], waitedMs: 0, prompts: 2 });
  });

  it('is over at the decision when telemetry tells it, and then never “may be running”', () => {
    const play = asked().pause(29).otel('tool_decision', { toolUseId: 't1' });
    expect(play.now).toMatchObject({ state: 'working', waiting: [], waitedMs: 30_000 });
    play.call('t2', 'Bash', rm).hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });
    expect(play.after(5 * minute).waiting).toMatchObject([{ toolUseId: 't2', mayBeRunning: false }]);
  });

  it('finds its call among others of the same tool, though it has no id', () => {
    const play = begun()
      .call('t1', 'Bash', { command: 'npm test' })
      .call('t2', 'Bash', rm)
      .call('t3', 'Bash', { command: 'npm run build' })
      .hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });
    expect(play.now.waiting).toMatchObject([{ toolUseId: 't2' }]);
  });

  it('stays open while another call of the same batch ends', () => {
    const play = asked().call('t2', 'Read', { file_path: '/p/a' }).done('t2', 'Read', { file_path: '/p/a' });
    expect(play.now).toMatchObject({ group: 'needs-you', waiting: [{ toolUseId: 't1' }] });
  });

  it('counts two waits at the same time as one time of waiting', () => {
    const other = { command: 'rm other' };
    const play = asked()
      .call('t2', 'Bash', other)
      .hook('PermissionRequest', { tool_name: 'Bash', tool_input: other })
      .done('t2', 'Bash', other, { duration_ms: 0 })
      .done('t1', 'Bash', rm, { duration_ms: 0 });
    expect(play.now).toMatchObject({ waiting: [], waitedMs: 4000 });
  });

  it('of a subagent does not end with what the main agent does', () => {
    const of = { agent_id: 'a1', agent_type: 'Explore' };
    const play = begun()
      .hook('SubagentStart', of)
      .call('t1', 'Bash', rm, of)
      .hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm, ...of })
      .call('t2', 'Read', { file_path: '/p/a' })
      .done('t2', 'Read', { file_path: '/p/a' })
      .hook('PostToolBatch', { tool_calls: [] });
    expect(play.now.waiting).toMatchObject([{ toolUseId: 't1', agentId: 'a1' }]);
    expect(play.hook('SubagentStop', of).now.waiting).toEqual([]);
  });

  it('is made from the notification where the client sends no request', () => {
    const play = begun()
      .call('t1', 'Bash', rm)
      .hook('Notification', { notification_type: 'permission_prompt', message: 'Claude needs your permission' });
    expect(play.now.waiting).toMatchObject([{ kind: 'permission', summary: 'Bash rm -rf dist', toolUseId: 't1' }]);
  });

  it('ends with the session', () => {
    expect(asked().hook('SessionEnd', { reason: 'other' }).now).toMatchObject({ state: 'ended', waiting: [] });
  });
});

describe('other waits', () => {
  it('are one for a question, though the client asks permission for it too', () => {
    const input = { questions: [{ question: 'Which one?', header: 'Pick' }] };
    const play = begun()
      .call('t1', 'AskUserQuestion', input)
      .hook('PermissionRequest', { tool_name: 'AskUserQuestion', tool_input: input });
    expect(play.after(5 * minute)).toMatchObject({
      state: 'waiting-input',
      group: 'needs-you',
      waiting: [{ kind: 'question', summary: '“Which one?”', toolUseId: 't1', mayBeRunning: false }],
    });
    expect(play.pause(60).done('t1', 'AskUserQuestion', input).now).toMatchObject({ state: 'working', waiting: [] });
  });

  it('are the approval of a plan', () => {
    const play = begun().call('t1', 'ExitPlanMode', { plan: '## Refactor auth\n1. Extract' });
    expect(play.now.waiting).toMatchObject([{ kind: 'plan', summary: 'Refactor auth' }]);
  });

  it('are an elicitation until its result', () => {
    const play = begun().hook('Elicitation', { mcp_server_name: 'vault', message: 'Which account?' });
    expect(play.now).toMatchObject({
      state: 'waiting-input',
      waiting: [{ kind: 'elicitation', summary: 'vault asks: Which account?' }],
    });
    expect(play.hook('ElicitationResult', { mcp_server_name: 'vault', action: 'accept' }).now).toMatchObject({
      state: 'working',
      waiting: [],
      waitedMs: 1000,
    });
  });

  it('end when the client says that its input line is open', () => {
    const play = begun().call('t1', 'Bash', rm).hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });
    play
      .pause(60)
      .hook('Notification', { notification_type: 'idle_prompt', message: 'Claude is waiting for your input' });
    expect(play.now).toMatchObject({ state: 'idle', group: 'your-turn', waiting: [] });
  });
});

describe('background work', () => {
  const agentTask = { id: 'a1', type: 'subagent', status: 'running', description: 'look', agent_type: 'Explore' };
  const spawn = { description: 'look', subagent_type: 'Explore' };
  const launched = () =>
    begun()
      .call('t1', 'Agent', spawn)
      .done('t1', 'Agent', spawn, { tool_response: { status: 'async_launched', agentId: 'a1' } })
      .hook('SubagentStart', { agent_id: 'a1', agent_type: 'Explore' })
      .hook('Stop', { background_tasks: [agentTask], last_assistant_message: 'Started.' });

  it('means that Stop is not the end', () => {
    const play = launched();
    expect(play.now).toMatchObject({
      state: 'working',
      group: 'working',
      subagents: 1,
      agents: [{ id: 'a1', toolUseId: 't1', description: 'look', background: true }],
    });
    expect(play.now).not.toHaveProperty('turnFinishedAt');
  });

  it('ends with its agent, and its notification is no typed prompt', () => {
    const play = launched().hook('SubagentStop', {
      agent_id: 'a1',
      agent_type: 'Explore',
      background_tasks: [agentTask],
    });
    expect(play.now).toMatchObject({ state: 'idle', group: 'your-turn' });
    play.hook('UserPromptSubmit', {
      prompt:
        '<task-notification>\n<task-id>a1</task-id>\n<summary>Agent "look" completed</summary></task-notification>',
    });
    expect(play.now).toMatchObject({ state: 'working', prompts: 1, lastLine: 'background: Agent "look" completed' });
    expect(play.hook('Stop', { background_tasks: [] }).now).toMatchObject({ state: 'idle', title: 'go' });
  });

  it('that is only a shell leaves the turn to the user', () => {
    const shell = { id: 'b1', type: 'shell', status: 'running', command: 'npm run dev' };
    expect(begun().hook('Stop', { background_tasks: [shell] }).now).toMatchObject({
      state: 'idle',
      group: 'your-turn',
    });
  });
});

describe('trouble', () => {
  it('is a session that fell silent while it worked; any later event revives it', () => {
    const play = begun().call('t1', 'Bash', rm);
    expect(play.after(14 * minute).state).toBe('working');
    expect(play.after(16 * minute)).toMatchObject({
      state: 'lost',
      group: 'trouble',
      trouble: [{ kind: 'lost', summary: 'went silent while working' }],
    });
    expect(play.after(16 * minute, { processGone: false })).toMatchObject({ state: 'working', trouble: [] });
    expect(play.pause(17 * 60).done('t1', 'Bash', rm).now).toMatchObject({ state: 'working', trouble: [] });
  });

  it('is not a turn that was interrupted by Esc in a process that lives: no hook tells that', () => {
    const play = begun().call('t1', 'Bash', rm).done('t1', 'Bash', rm);
    expect(play.after(14 * minute, { processGone: false }).state).toBe('working');
    expect(play.after(16 * minute, { processGone: false })).toMatchObject({
      state: 'idle',
      group: 'quiet',
      trouble: [],
    });
  });

  it('is a process that is gone in the middle of its work, not one that was idle', () => {
    const play = begun();
    expect(play.after(1000, { processGone: true })).toMatchObject({ state: 'lost', group: 'trouble' });
    play.call('t1', 'Bash', rm).hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });
    expect(play.after(1000, { processGone: true })).toMatchObject({ state: 'lost', waiting: [] });
    play.hook('Stop');
    expect(play.after(1000, { processGone: true })).toMatchObject({
      state: 'ended',
      group: 'done',
      endedAt: play.fold.lastAt,
      endReason: 'process gone',
    });
  });

  it('is a turn that failed, also when that is heard after the end', () => {
    const error = { error: 'server_error', last_assistant_message: 'API Error: overloaded' };
    for (const play of [begun().hook('StopFailure', error), begun().hook('SessionEnd').hook('StopFailure', error)]) {
      expect(play.now).toMatchObject({
        state: 'failed',
        group: 'trouble',
        trouble: [{ kind: 'stop-failure', summary: 'API error: server error · overloaded' }],
      });
      expect(play.after(25 * 60 * minute).group).toBe('quiet');
      expect(play.hook('UserPromptSubmit', { prompt: 'retry' }).now).toMatchObject({ state: 'working', trouble: [] });
    }
  });

  it('is the same call that failed three times, until it succeeds', () => {
    const play = begun();
    const fail = (id: string, command: string) => play.call(id, 'Bash', { command }).failed(id, 'Bash', { command });
    fail('t1', 'npm test');
    fail('t2', 'npm test');
    fail('t3', 'npm run lint');
    expect(play.now).toMatchObject({ trouble: [], failures: 3, group: 'working' });
    fail('t4', 'npm test');
    expect(play.now).toMatchObject({
      group: 'trouble',
      state: 'working',
      trouble: [{ kind: 'repeated-failure', summary: 'failed 3 times: Bash npm test', since: play.fold.lastAt }],
    });
    play.call('t5', 'Bash', { command: 'npm test' }).done('t5', 'Bash', { command: 'npm test' });
    expect(play.now).toMatchObject({ group: 'working', trouble: [] });
  });

  it('of a call that fails is over with the turn', () => {
    const play = begun();
    for (const id of ['t1', 't2', 't3']) play.call(id, 'Bash', rm).failed(id, 'Bash', rm);
    expect(play.now.group).toBe('trouble');
    expect(play.hook('Stop').now).toMatchObject({ group: 'your-turn', trouble: [] });
  });

  it('is not what the user interrupted', () => {
    const play = begun();
    for (const id of ['t1', 't2', 't3']) {
      play.call(id, 'Bash', rm);
      play.hook('PostToolUseFailure', {
        tool_name: 'Bash',
        tool_use_id: id,
        tool_input: rm,
        error: 'x',
        is_interrupt: true,
      });
    }
    expect(play.now).toMatchObject({ failures: 0, trouble: [] });
  });

  it('is an MCP server that is down, not a tool that refuses', () => {
    const play = begun()
      .call('t1', 'mcp__lab__add', { b: -1 })
      .failed('t1', 'mcp__lab__add', { b: -1 }, 'no negative numbers');
    expect(play.now.trouble).toEqual([]);
    play
      .call('t2', 'mcp__lab__add', { b: 1 })
      .failed('t2', 'mcp__lab__add', { b: 1 }, 'MCP error -32000: Connection closed');
    expect(play.now).toMatchObject({
      group: 'trouble',
      trouble: [{ kind: 'mcp-down', summary: 'MCP server lab is down: MCP error -32000: Connection closed' }],
    });
    expect(play.call('t3', 'mcp__lab__add', { b: 1 }).done('t3', 'mcp__lab__add', { b: 1 }).now.trouble).toEqual([]);
  });

  it('is an alert about it, until that is resolved', () => {
    const alert = (status: string) => ({ source: 'alert' as const, payload: { fingerprint: 'f', status } });
    const play = begun().otel('alert', { ...alert('firing'), summary: 'Budget firing' });
    expect(play.now).toMatchObject({ group: 'trouble', trouble: [{ kind: 'alert', summary: 'Budget firing' }] });
    expect(play.otel('api_request').now.trouble).toHaveLength(1);
    expect(play.otel('alert', alert('resolved')).now.trouble).toEqual([]);
  });

  it('is an API error that telemetry tells, until the next request that succeeds', () => {
    const play = begun().otel('api_retries_exhausted', { summary: 'gave up after 10 attempts' });
    expect(play.now.trouble).toMatchObject([{ kind: 'retries-exhausted', summary: 'gave up after 10 attempts' }]);
    expect(play.otel('api_request').now.trouble).toEqual([]);
  });
});

describe('telemetry', () => {
  it('ends the turn of a call that was refused by hand, which no hook tells', () => {
    const call = begun().call('t1', 'Bash', rm).hook('PermissionRequest', { tool_name: 'Bash', tool_input: rm });
    const refused = (source: string) => ({ toolUseId: 't1', outcome: 'denied' as const, payload: { source } });
    const before = JSON.stringify(call.fold);
    expect(call.otel('tool_decision', refused('user_reject')).now).toMatchObject({ state: 'idle', waiting: [] });
    call.fold = JSON.parse(before);
    expect(call.otel('tool_decision', refused('config')).now).toMatchObject({ state: 'working', waiting: [] });
  });

  it('names the project only where no hook has', () => {
    const play = new Play().otel('user_prompt', { app: 'unknown', promptId: 'p' });
    expect(play.now.app).toBe('unknown');
    expect(play.hook('SessionStart', { source: 'startup' }).now.app).toBe('shop');
    expect(play.otel('user_prompt', { app: 'other', promptId: 'p' }).now.app).toBe('shop');
  });

  it('of the client about itself changes nothing', () => {
    const play = begun();
    const before = structuredClone(play.fold);
    play.otel('hook_execution_complete', { promptId: 'p' }).otel('hook_registered').otel('mcp_server_connection');
    expect(play.fold).toEqual(before);
  });
});

describe('counting', () => {
  it('counts calls that never ran, which only their batch tells, as tools and failures', () => {
    const entry = (id: string, response: string) => ({
      tool_name: 'Edit',
      tool_use_id: id,
      tool_input: {},
      tool_response: response,
    });
    const play = begun()
      .call('t1', 'Read', { file_path: '/p/a' })
      .done('t1', 'Read', { file_path: '/p/a' })
      .hook('PostToolBatch', {
        tool_calls: [entry('t1', 'text'), entry('t2', '<tool_use_error>No such tool</tool_use_error>')],
      });
    expect(play.now).toMatchObject({ tools: 2, failures: 1, lastLine: 'Edit · never ran: No such tool' });
  });

  it('counts a failure that is heard behind its batch, as equal times allow', () => {
    const response = 'Exit code 1';
    const entry = { tool_name: 'Bash', tool_use_id: 't1', tool_input: rm, tool_response: response };
    const play = begun()
      .call('t1', 'Bash', rm)
      .hook('PostToolBatch', { tool_calls: [entry] });
    expect(play.now).toMatchObject({ tools: 1, failures: 0 });
    expect(play.failed('t1', 'Bash', rm).failed('t1', 'Bash', rm).now).toMatchObject({ tools: 1, failures: 1 });
  });

  it('counts a call once, whatever is told twice or was not heard', () => {
    const play = begun()
      .done('t1', 'Bash', rm)
      .call('t1', 'Bash', rm)
      .call('t2', 'Bash', rm)
      .call('t2', 'Bash', rm)
      .failed('t2', 'Bash', rm)
      .failed('t2', 'Bash', rm);
    expect(play.now).toMatchObject({ tools: 2, failures: 1 });
  });

  it('does not count what the client writes in the user’s name', () => {
    const play = begun();
    for (const prompt of [
      '/clear',
      '/compact keep names',
      '<command-name>/model</command-name>',
      '<local-command-stdout>ok',
    ]) {
      play.hook('UserPromptSubmit', { prompt });
    }
    expect(play.hook('UserPromptSubmit', { prompt: '/deploy to staging' }).now.prompts).toBe(2);
  });

  it('sees the same hooks installed twice, and a new process starting over', () => {
    const play = new Play().hook('SessionStart', { source: 'startup' }, { pid: 7, install: 'project' });
    expect(play.now).not.toHaveProperty('installedTwice');
    play.hook('UserPromptSubmit', { prompt: 'x' }, { pid: 7, install: 'plugin' });
    expect(play.now).toMatchObject({ installedTwice: true, pid: 7 });
    expect(play.hook('SessionStart', {}, { pid: 8, install: 'project' }).now).not.toHaveProperty('installedTwice');
  });

  it('knows its worktree, and its project whatever `cd` does', () => {
    const play = begun().hook('Stop', { cwd: '/p/.claude/worktrees/fix-limits/src' });
    expect(play.now).toMatchObject({ cwd: '/p', worktree: 'fix-limits' });
  });
});

describe('the fold', () => {
  it('stays small however long the session is', () => {
    const fold = emptyFold('s-1');
    for (let n = 0; n < 3000; n += 1) {
      const of = n % 3 === 0 ? { agent_id: `a${n}`, agent_type: 'Explore' } : {};
      const input = {
        tool_name: 'Edit',
        tool_use_id: `t${n}`,
        tool_input: { file_path: `/p/${n}`, old_string: 'x'.repeat(999) },
      };
      foldEvent(fold, hookEvent({ hook_event_name: 'PreToolUse', ...input, ...of }, n * 3));
      foldEvent(fold, hookEvent({ hook_event_name: 'PermissionRequest', ...input, ...of }, n * 3 + 1));
      const end = n % 2 === 0 ? 'PostToolUse' : 'PostToolUseFailure';
      if (n % 5 > 0) foldEvent(fold, hookEvent({ hook_event_name: end, error: 'no', ...input, ...of }, n * 3 + 2));
    }
    expect(JSON.stringify(fold).length).toBeLessThan(40_000);
    expect(sessionOf(fold, startMs)).toMatchObject({ tools: 3000, failures: 1200, subagents: 1000 });
  });

  it('tells that an event belongs before what is folded', () => {
    const [first, second] = [hookEvent({ hook_event_name: 'Stop' }, 1), hookEvent({ hook_event_name: 'Stop' }, 2)];
    const fold = emptyFold('s-1');
    expect(isBefore(first, fold)).toBe(false);
    foldEvent(fold, second);
    expect([isBefore(first, fold), isBefore(second, fold), isBefore({ ...second, id: 'a' }, fold)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([second, first].sort(byTime)).toEqual([first, second]);
  });
});
