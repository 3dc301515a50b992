import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioNames, scenarioOf } from '../fixtures/scenario.ts';
import { commonHookFields, describeEvent, type HookName, hookCatalogue, hookRow, outcomeOf } from './catalogue.ts';

/** Claude Code's "Hooks reference", table "When it fires". */
const documented = [
  ...['SessionStart', 'Setup', 'UserPromptSubmit', 'UserPromptExpansion', 'PreToolUse', 'PermissionRequest'],
  ...['PermissionDenied', 'PostToolUse', 'PostToolUseFailure', 'PostToolBatch', 'Notification', 'MessageDisplay'],
  ...['SubagentStart', 'SubagentStop', 'TaskCreated', 'TaskCompleted', 'Stop', 'StopFailure', 'TeammateIdle'],
  ...['InstructionsLoaded', 'ConfigChange', 'CwdChanged', 'DirectoryAdded', 'FileChanged', 'WorktreeCreate'],
  ...['WorktreeRemove', 'PreCompact', 'PostCompact', 'Elicitation', 'ElicitationResult', 'SessionEnd'],
];

const names = Object.keys(hookCatalogue) as HookName[];

/** One input of each event, from the reference or the recordings, and how it reads. */
const examples: Record<HookName, [Record<string, unknown>, string][]> = {
  SessionStart: [
    [{ source: 'startup', model: 'claude-opus-5-5' }, 'session started · claude-opus-5-5'],
    [{ source: 'fork' }, 'forked from another session'],
    [{ source: 'brand-new-source' }, 'session started'],
  ],
  Setup: [[{ trigger: 'init' }, 'setup (init)']],
  InstructionsLoaded: [
    [{ file_path: '/p/CLAUDE.md', load_reason: 'session_start' }, 'loaded CLAUDE.md · session start'],
  ],
  UserPromptSubmit: [
    [{ prompt: 'Write a function\nto calculate' }, '“Write a function to calculate”'],
    [{ prompt: '<task-notification><status>completed</status></task-notification>' }, 'background: completed'],
    [{ prompt: '<command-name>/clear</command-name>' }, '/clear'],
  ],
  UserPromptExpansion: [[{ command_name: 'deploy', command_args: 'staging now' }, '/deploy staging now']],
  MessageDisplay: [
    [{ delta: '\nHere is the plan:\nfirst', index: 0 }, 'Here is the plan:'],
    [{ delta: '', final: true }, 'message complete'],
  ],
  PreToolUse: [[{ tool_name: 'Bash', tool_input: { command: 'npm test' } }, 'Bash npm test']],
  PermissionRequest: [
    [{ tool_name: 'Bash', tool_input: { command: 'rm -rf dist' } }, 'asks for permission: Bash rm -rf dist'],
  ],
  PermissionDenied: [
    [
      { tool_name: 'Bash', tool_input: { command: 'rm x' }, reason: 'Blocked by classifier' },
      'Bash rm x · denied: Blocked by classifier',
    ],
    [{ tool_name: 'Bash', tool_input: { command: 'rm x' } }, 'Bash rm x · denied'],
  ],
  PostToolUse: [
    [
      {
        tool_name: 'Grep',
        tool_input: { pattern: 'useAuth' },
        tool_response: { mode: 'files_with_matches', numFiles: 31 },
      },
      'Grep “useAuth” · 31 files',
    ],
  ],
  PostToolUseFailure: [
    [
      { tool_name: 'Bash', tool_input: { command: 'npm test' }, error: 'Exit code 1\nError: no express' },
      'Bash npm test · exit 1 · Error: no express',
    ],
    [{ tool_name: 'Bash', tool_input: { command: 'npm test' } }, 'Bash npm test · failed'],
  ],
  PostToolBatch: [
    [{ tool_calls: [{ tool_name: 'Read' }, { tool_name: 'mcp__lab__add' }] }, '2 calls ended: Read, lab · add'],
    [
      {
        tool_calls: [
          {
            tool_name: 'Edit',
            tool_input: { file_path: '/p/a' },
            tool_response: '<tool_use_error>Gone.</tool_use_error>',
          },
        ],
      },
      'Edit a · never ran: Gone.',
    ],
    [{ tool_calls: 'odd' }, '0 calls ended: '],
  ],
  Notification: [
    [
      { message: 'Claude needs your permission', notification_type: 'permission_prompt' },
      'Claude needs your permission',
    ],
  ],
  SubagentStart: [[{ agent_id: 'a', agent_type: 'Explore' }, 'Explore started']],
  SubagentStop: [
    [{ agent_type: 'Explore', last_assistant_message: 'Found 3 issues.\nMore' }, 'Explore finished · Found 3 issues.'],
    [{ agent_type: '' }, 'subagent finished'],
  ],
  TaskCreated: [[{ task_id: '1', task_subject: 'Write it' }, 'task #1 created: Write it']],
  TaskCompleted: [[{ task_id: '1', task_subject: 'Write it' }, 'task #1 completed: Write it']],
  Stop: [
    [{ last_assistant_message: 'All done.' }, 'All done.'],
    [{ last_assistant_message: '', background_tasks: [{}, {}] }, 'turn finished · 2 tasks in background'],
  ],
  StopFailure: [
    [{ error: 'rate_limit', error_details: '429 Too Many Requests' }, 'API error: rate limit · 429 Too Many Requests'],
    [{ error: 'rate_limit', last_assistant_message: 'API Error: 429 rate_limit' }, 'API error: 429 rate_limit'],
    [{ error: 'overloaded_error', error_details: 'overloaded_error' }, 'API error: overloaded error'],
    [{ error: 'unknown', last_assistant_message: 'API Error: 400 too long' }, 'API error: 400 too long'],
    [{ error: 'server_error', last_assistant_message: 'API Error: 529 busy' }, 'API error: server error · 529 busy'],
    [{ error: 'server_error', last_assistant_message: 'API Error' }, 'API error: server error'],
    [{}, 'API error: unknown'],
  ],
  TeammateIdle: [[{ teammate_name: 'researcher' }, 'researcher goes idle']],
  ConfigChange: [
    [{ source: 'project_settings', file_path: '/p/.claude/settings.json' }, 'project settings · .claude/settings.json'],
  ],
  CwdChanged: [[{ old_cwd: '/p', new_cwd: '/p/src' }, 'cd /p/src']],
  DirectoryAdded: [[{ directory: '/other' }, 'added /other']],
  FileChanged: [[{ file_path: '/p/.envrc', event: 'change' }, '.envrc · change']],
  WorktreeCreate: [[{ name: 'feature-auth' }, 'worktree feature-auth']],
  WorktreeRemove: [[{ worktree_path: '/p/.claude/worktrees/feature-auth/' }, 'worktree feature-auth removed']],
  PreCompact: [[{ trigger: 'manual', custom_instructions: 'keep the names' }, 'compacting (manual) · keep the names']],
  PostCompact: [[{ trigger: 'auto' }, 'compacted (auto)']],
  SessionEnd: [
    [{ reason: 'clear' }, 'ended by /clear'],
    [{ reason: 'other' }, 'session ended'],
  ],
  Elicitation: [[{ mcp_server_name: 'my-mcp', message: 'Please authenticate' }, 'my-mcp asks: Please authenticate']],
  ElicitationResult: [[{ mcp_server_name: 'my-mcp', action: 'accept' }, 'my-mcp · accept']],
};

describe('the catalogue of hook events', () => {
  it('has one row for each documented event', () => {
    expect([...names].sort()).toEqual([...documented].sort());
  });

  it.each(names)('reads %s in words, from an example and from nothing', (name) => {
    for (const [payload, words] of examples[name]) expect(describeEvent(name, { cwd: '/p', ...payload })).toBe(words);
    expect(describeEvent(name, {})).not.toBe('');
    const odd = Object.fromEntries(hookCatalogue[name].fields.map((field) => [field, [{ deep: [1] }]]));
    expect(describeEvent(name, { ...odd, cwd: 7 })).not.toMatch(/object|undefined|\n/);
  });

  it.each(names)('tells fields of its own and why for %s', (name) => {
    const row = hookRow(name);
    expect(row?.fields.length).toBeGreaterThan(0);
    expect(row?.why.length).toBeGreaterThan(10);
    const shared: readonly string[] = name.startsWith('Subagent') ? [] : commonHookFields;
    expect(row?.fields.filter((field) => shared.includes(field))).toEqual([]);
  });

  it('says of each event whether the shipped settings register it', () => {
    const file = new URL('../../../hooks/.claude/settings.json', import.meta.url);
    const settings: { hooks: Record<string, unknown> } = JSON.parse(readFileSync(file, 'utf8'));
    const registered = names.filter((name) => hookRow(name)?.registered);
    expect([...registered].sort()).toEqual(Object.keys(settings.hooks).sort());
    expect(registered).not.toContain('WorktreeCreate');
  });

  it('gives the reasons that the README of the hooks gives', () => {
    const readme = readFileSync(new URL('../../../hooks/README.md', import.meta.url), 'utf8');
    const rows = [...readme.matchAll(/^\| (\w+) +\| (yes|no) +\| (.+?) +\|$/gm)];
    const told = Object.fromEntries(rows.map(([, name, registered, why]) => [name, `${registered}: ${why}`]));
    const meant = names.map((name) => [name, `${hookRow(name)?.registered ? 'yes' : 'no'}: ${hookRow(name)?.why}`]);
    expect(told).toEqual(Object.fromEntries(meant));
  });

  it('knows every key that the client sent in the recordings', () => {
    const unknown = new Set<string>();
    for (const scenario of scenarioNames) {
      for (const { input } of scenarioOf(scenario).records) {
        const name = String(input.hook_event_name);
        const known = new Set<string>([...commonHookFields, ...(hookRow(name)?.fields ?? [])]);
        for (const key of Object.keys(input)) if (!known.has(key)) unknown.add(`${name}.${key}`);
      }
    }
    // Kept in the raw view, not worth a line of their own.
    expect([...unknown].sort()).toEqual([
      'MessageDisplay.message_id',
      'MessageDisplay.turn_id',
      'PostToolUse.mcp_server',
      'PostToolUse.tool_use_id',
      'PostToolUseFailure.mcp_server',
      'PostToolUseFailure.tool_use_id',
      'PreToolUse.mcp_server',
      'PreToolUse.tool_use_id',
      'SessionStart.estimated_cache_write_usd',
      'SessionStart.prompt_cache_likely_expired',
      'SubagentStop.session_crons',
      'SubagentStop.stop_hook_active',
    ]);
  });

  it('maps ends to outcomes and nothing else', () => {
    expect(outcomeOf('PostToolUse', {})).toBe('ok');
    expect(outcomeOf('PostToolUse', { tool_response: { interrupted: true } })).toBe('interrupted');
    expect(outcomeOf('PostToolUseFailure', { is_interrupt: false })).toBe('failed');
    expect(outcomeOf('PostToolUseFailure', { is_interrupt: true })).toBe('interrupted');
    expect(outcomeOf('PermissionDenied', {})).toBe('denied');
    expect(outcomeOf('StopFailure', {})).toBe('failed');
    expect(outcomeOf('ElicitationResult', { action: 'decline' })).toBe('denied');
    expect(outcomeOf('PostToolBatch', { tool_calls: [{ tool_response: '<tool_use_error>x' }] })).toBe('failed');
    for (const name of ['PreToolUse', 'Stop', 'PostToolBatch', 'UserPromptSubmit', 'Future', 'toString']) {
      expect(outcomeOf(name, {})).toBeUndefined();
    }
  });
});
