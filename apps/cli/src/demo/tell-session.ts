import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { SessionTeller, Teller, TellerOptions, ToldEntry, ToldHook } from './told.ts';
import { refusal } from './tool-results.ts';

/** What the requests of one agent have in common. */
interface Conversation {
  held: number;
  model: string;
  /** Of the newest. */
  atMs: number;
}

/** A session told from its start, which is at once. */
export function tellSession(options: TellerOptions): SessionTeller {
  const { name, cwd, branch = 'main', model = 'claude-opus-5-5', permissionMode = 'acceptEdits' } = options;
  const { app = basename(cwd), sessionId = uuidOf(name), user = 'ada', host = 'workstation', thinkMs = 0 } = options;
  const { agentModel = model, terminal = 'tmux', heldTokens = 14_000, cacheMs } = options;
  const hooks: ToldHook[] = [];
  const entries: ToldEntry[] = [];
  const transcript_path = `/home/ada/.claude/projects/${cwd.replaceAll(/[^a-zA-Z0-9]/g, '-')}/${sessionId}.jsonl`;
  const headers = {
    'telltale-app': app,
    'telltale-install': 'project',
    'telltale-host': host,
    'telltale-user': user,
    ...(options.tmuxPane && { 'telltale-tmux-pane': options.tmuxPane }),
    ...(options.terminal && { 'telltale-term-program': options.terminal }),
  };
  let prompts = 0;
  let calls = 0;
  let promptId = '';

  const main = agentTeller(options.startMs);
  main.hook('SessionStart', { source: 'startup', model });
  return Object.assign(main.teller, sessionSteps());

  function sessionSteps() {
    const { teller, hook, row, post, lose, put } = main;
    return {
      prompt(text: string) {
        prompts += 1;
        promptId = uuidOf(`${name} prompt ${prompts}`);
        hook('UserPromptSubmit', { prompt: text });
        row('user', { role: 'user', content: text }, { promptSource: 'user' });
        teller.pass(900);
      },
      ask(tool: string, input: object) {
        const id = teller.begin(tool, input);
        hook('PermissionRequest', { tool_name: tool, tool_input: input });
        return id;
      },
      allow(id: string, tool: string, input: object, response: unknown, waitedMs: number, ms = 40) {
        teller.pass(waitedMs + ms);
        post(id, tool, input, { response, ms });
      },
      subagent(type: string, description: string, prompt: string, work: (agent: Teller) => void, answer?: string) {
        const input = { description, prompt, subagent_type: type, run_in_background: false };
        const id = teller.begin('Agent', input);
        const agentId = hexOf(`${name} agent ${id}`).slice(0, 17);
        const sub = agentTeller(teller.atMs + 200, { agent_id: agentId, agent_type: type });
        sub.hook('SubagentStart', {});
        sub.row('user', { role: 'user', content: prompt }, {});
        work(sub.teller);
        const took = sub.teller.atMs - teller.atMs;
        if (answer === undefined) return; // it goes on
        sub.teller.say(answer);
        sub.hook('SubagentStop', { last_assistant_message: answer, stop_hook_active: false });
        teller.atMs = sub.teller.atMs + 50;
        const content = [{ type: 'text', text: answer }];
        post(id, 'Agent', input, {
          response: { status: 'completed', agentId, content, totalDurationMs: took },
          ms: took,
        });
      },
      refuse(id: string, waitedMs: number) {
        teller.pass(waitedMs);
        row('user', { role: 'user', content: [{ ...refusal, tool_use_id: id }] }, { toolUseResult: refusal.content });
      },
      compact(summary: string) {
        const preTokens = lose();
        hook('PreCompact', { trigger: 'auto', custom_instructions: '' });
        teller.pass(24_000);
        const compactMetadata = { trigger: 'auto', preTokens, durationMs: 24_000 };
        put('system', {}, { subtype: 'compact_boundary', content: 'Conversation compacted', compactMetadata });
        row('user', { role: 'user', content: summary }, { isCompactSummary: true, isVisibleInTranscriptOnly: true });
        hook('PostCompact', { trigger: 'auto', compact_summary: summary });
        hook('SessionStart', { source: 'compact', model });
        teller.pass(400);
      },
      stop(text: string) {
        teller.say(text);
        hook('Stop', {
          stop_hook_active: false,
          last_assistant_message: text,
          background_tasks: [],
          session_crons: [],
        });
      },
      stopFailure(error: string) {
        hook('StopFailure', { error, error_details: error, last_assistant_message: `API Error: ${error}` });
      },
      end(reason = 'prompt_input_exit') {
        hook('SessionEnd', { reason });
      },
    };
  }

  function agentTeller(startMs: number, agent: { agent_id?: string; agent_type?: string } = {}) {
    const isMain = agent.agent_id === undefined;
    const context: Conversation = {
      held: isMain ? heldTokens : 14_000,
      model: isMain ? model : agentModel,
      atMs: -Infinity,
    };
    const teller: Teller = {
      ...{ sessionId, app, user, host, model, terminal, hooks, entries },
      atMs: startMs,
      pass(ms) {
        teller.atMs += ms;
      },
      say(text) {
        teller.pass(300 + thinkMs);
        row('assistant', messageOf([{ type: 'text', text }], context, teller.atMs), {
          requestId: `req_${hexOf(`${name} ${entries.length}`)}`,
        });
        teller.pass(300);
      },
      begin(tool, input) {
        teller.pass(thinkMs);
        calls += 1;
        const id = `toolu_${hexOf(`${name} call ${calls}`).slice(0, 22)}`;
        hook('PreToolUse', { tool_name: tool, tool_input: input, tool_use_id: id });
        const content = [{ type: 'tool_use', id, name: tool, input }];
        row('assistant', messageOf(content, context, teller.atMs), {
          requestId: `req_${hexOf(`${name} ${entries.length}`)}`,
        });
        return id;
      },
      call(tool, input, response, { ms = 24, say } = {}) {
        if (say) teller.say(say);
        const id = teller.begin(tool, input);
        teller.pass(ms);
        post(id, tool, input, { response, ms });
        teller.pass(1200);
      },
      fail(tool, input, error, { ms = 900, say } = {}) {
        if (say) teller.say(say);
        const id = teller.begin(tool, input);
        teller.pass(ms);
        post(id, tool, input, { error, ms });
        teller.pass(1800);
      },
    };
    return { teller, hook, row, post, lose, put };

    /** The context begins anew; answers what it held. */
    function lose(): number {
      const { held } = context;
      context.held = 21_000;
      return held;
    }

    function hook(hook_event_name: string, fields: object): void {
      const asked =
        hook_event_name === 'SessionStart' || hook_event_name === 'SessionEnd' ? {} : { prompt_id: promptId };
      hooks.push({
        atMs: teller.atMs,
        headers,
        input: {
          ...{ session_id: sessionId, transcript_path, cwd, ...asked, permission_mode: permissionMode },
          ...{ ...agent, hook_event_name, ...fields },
        },
      });
    }

    function row(type: string, message: object, fields: object): void {
      put(type, { message }, fields);
    }

    function put(type: string, said: object, fields: object): void {
      entries.push({
        ...(agent.agent_id && { agentId: agent.agent_id }),
        line: {
          ...{ parentUuid: null, isSidechain: agent.agent_id !== undefined, promptId, type, ...said },
          ...(agent.agent_id && { agentId: agent.agent_id }),
          uuid: uuidOf(`${name} entry ${entries.length}`),
          timestamp: new Date(teller.atMs).toISOString(),
          ...{
            userType: 'external',
            entrypoint: 'cli',
            cwd,
            sessionId,
            version: '2.1.329',
            gitBranch: branch,
            ...fields,
          },
        },
      });
    }

    function post(
      id: string,
      tool: string,
      input: object,
      end: { response?: unknown; error?: string; ms: number },
    ): void {
      const call = { tool_name: tool, tool_input: input, tool_use_id: id };
      const { error, response, ms } = end;
      if (error === undefined) hook('PostToolUse', { ...call, tool_response: response, duration_ms: ms });
      else hook('PostToolUseFailure', { ...call, error, is_interrupt: false, duration_ms: ms });
      const content = [
        { type: 'tool_result', tool_use_id: id, content: error ?? textOf(response), is_error: error !== undefined },
      ];
      row('user', { role: 'user', content }, error === undefined ? { toolUseResult: response } : {});
      teller.pass(4);
      hook('PostToolBatch', { tool_calls: [{ ...call, tool_response: error ?? textOf(response) }] });
    }
  }

  /** As of a model: each request reads what the one before held, and writes down what has come since. */
  function messageOf(content: object[], context: Conversation, atMs: number): object {
    const written = JSON.stringify(content).length;
    const isCold = cacheMs !== undefined && atMs - context.atMs > cacheMs;
    context.atMs = atMs;
    const usage = {
      input_tokens: 4,
      output_tokens: 30 + Math.round(written / 3),
      cache_read_input_tokens: isCold ? 0 : context.held,
      cache_creation_input_tokens: 300 + 5 * written + (isCold ? context.held : 0),
    };
    // A long session is compacted.
    context.held = context.held > 160_000 ? 21_000 : context.held + 300 + 5 * written;
    return {
      id: `msg_${hexOf(`${name} ${entries.length}`)}`,
      type: 'message',
      role: 'assistant',
      model: context.model,
      content,
      usage,
    };
  }
}

export function uuidOf(name: string): string {
  const hex = hexOf(name);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

const hexOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

function textOf(response: unknown): string {
  if (typeof response === 'object' && response !== null && 'stdout' in response) return String(response.stdout);
  return typeof response === 'string' ? response : JSON.stringify(response);
}
