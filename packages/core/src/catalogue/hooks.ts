import type { Outcome } from '../event.ts';
import { type Fields, fieldsAt, listAt, rowOf, textAt } from '../fields.ts';
import { firstLine, oneLine, plural, saidLine } from '../words.ts';
import { permissionSummary } from './asked.ts';
import { batchSummary, neverRan } from './batch.ts';
import { callOf, toolNameOf } from './call.ts';
import { baseName, shownPath } from './path.ts';
import { promptSummary } from './prompt.ts';
import type { HookRow } from './row.ts';
import { doneSummary, errorLine } from './tools.ts';

/** One row per hook event that Claude Code documents. A new event is one row here. */
export const hookCatalogue = {
  SessionStart: {
    label: 'session start',
    tone: 'quiet',
    summary: (payload) => {
      const model = textAt(payload, 'model');
      return `${rowOf(startWords, textAt(payload, 'source')) ?? 'session started'}${model ? ` · ${model}` : ''}`;
    },
    fields: ['source', 'model', 'session_title', 'context_tokens', 'seconds_since_last_response'],
    registered: true,
    why: 'opens a session: its model and how it started; sweeps the transcripts of killed sessions',
  },
  Setup: {
    label: 'setup',
    tone: 'quiet',
    summary: (payload) => `setup (${textAt(payload, 'trigger') ?? 'init'})`,
    fields: ['trigger'],
    registered: false,
    why: 'only with --init or --maintenance, before there is a conversation',
  },
  InstructionsLoaded: {
    label: 'instructions loaded',
    tone: 'quiet',
    summary: (payload) => {
      const reason = textAt(payload, 'load_reason')?.replaceAll('_', ' ');
      return `loaded ${pathOf(payload, 'file_path')}${reason ? ` · ${reason}` : ''}`;
    },
    fields: ['file_path', 'memory_type', 'load_reason', 'trigger_file_path', 'parent_file_path'],
    registered: true,
    why: 'which instructions the agent was given, and which file drew them in',
  },
  UserPromptSubmit: {
    label: 'prompt',
    tone: 'working',
    summary: (payload) => promptSummary(textAt(payload, 'prompt') ?? ''),
    fields: ['prompt'],
    registered: true,
    why: 'begins a turn, gives it its words, and ends every wait of the turn before',
  },
  UserPromptExpansion: {
    label: 'command',
    tone: 'working',
    summary: (payload) =>
      oneLine(`/${textAt(payload, 'command_name') ?? '?'} ${textAt(payload, 'command_args') ?? ''}`, 160),
    fields: ['command_name', 'command_args', 'command_source', 'prompt'],
    registered: true,
    why: 'the command that was typed: the prompt carries only what became of it',
  },
  MessageDisplay: {
    label: 'message',
    tone: 'quiet',
    summary: (payload) => firstLine(textAt(payload, 'delta') ?? '', 160) || 'message complete',
    fields: ['delta', 'index', 'final'],
    registered: false,
    why: 'the client holds each batch of text until the hook returns; Stop and the transcript have the text',
  },
  PreToolUse: {
    label: 'tool call',
    tone: 'working',
    summary: (payload) => callOf(payload),
    fields: ['tool_name', 'tool_input'],
    registered: true,
    why: 'the only sign that a call has begun, or waits for permission',
  },
  PermissionRequest: {
    label: 'permission request',
    tone: 'needs-you',
    summary: (payload) => permissionSummary(callOf(payload)),
    fields: ['tool_name', 'tool_input', 'permission_suggestions'],
    registered: true,
    why: 'somebody is waited for, from the first moment',
  },
  PermissionDenied: {
    label: 'permission denied',
    tone: 'quiet',
    summary: (payload) => {
      const reason = firstLine(textAt(payload, 'reason') ?? '', 120);
      return withDetail(callOf(payload), reason === '' ? 'denied' : `denied: ${reason}`);
    },
    fields: ['tool_name', 'tool_input', 'reason'],
    outcome: () => 'denied',
    registered: true,
    why: 'auto mode denies without asking, and only this says why',
  },
  PostToolUse: {
    label: 'tool done',
    tone: 'quiet',
    summary: (payload) =>
      doneSummary(
        toolNameOf(payload),
        fieldsAt(payload, 'tool_input') ?? {},
        payload.tool_response,
        textAt(payload, 'cwd'),
      ),
    fields: ['tool_name', 'tool_input', 'tool_response', 'duration_ms'],
    outcome: (payload) => (fieldsAt(payload, 'tool_response')?.interrupted === true ? 'interrupted' : 'ok'),
    registered: true,
    why: 'what came of a call, and how long it took',
  },
  PostToolUseFailure: {
    label: 'tool failed',
    tone: 'quiet',
    summary: (payload) => withDetail(callOf(payload), errorLine(textAt(payload, 'error') ?? '') || 'failed'),
    fields: ['tool_name', 'tool_input', 'error', 'is_interrupt', 'duration_ms'],
    outcome: (payload) => (payload.is_interrupt === true ? 'interrupted' : 'failed'),
    registered: true,
    why: 'a call failed, and with which words',
  },
  PostToolBatch: {
    label: 'tool batch',
    tone: 'quiet',
    summary: batchSummary,
    fields: ['tool_calls'],
    outcome: (payload) => (neverRan(payload).length > 0 ? 'failed' : undefined),
    registered: true,
    why: 'the only trace of calls that never ran, and of those that were denied',
  },
  Notification: {
    label: 'notification',
    tone: 'quiet',
    summary: (payload) => firstLine(textAt(payload, 'message') ?? textAt(payload, 'title') ?? 'notification', 160),
    fields: ['message', 'title', 'notification_type'],
    registered: true,
    why: 'confirms that a request is still open, and that the agent is idle',
  },
  SubagentStart: {
    label: 'subagent start',
    tone: 'working',
    summary: (payload) => `${textAt(payload, 'agent_type') ?? 'subagent'} started`,
    fields: ['agent_id', 'agent_type'],
    registered: true,
    why: 'the tree of agents',
  },
  SubagentStop: {
    label: 'subagent stop',
    tone: 'quiet',
    summary: (payload) =>
      withDetail(
        `${textAt(payload, 'agent_type') ?? 'subagent'} finished`,
        saidLine(textAt(payload, 'last_assistant_message') ?? '', 120),
      ),
    fields: ['agent_id', 'agent_type', 'last_assistant_message', 'agent_transcript_path', 'background_tasks'],
    registered: true,
    why: 'the end of a subagent and its last words; brings its transcript',
  },
  TaskCreated: {
    label: 'task created',
    tone: 'quiet',
    summary: (payload) => `task #${textAt(payload, 'task_id') ?? '?'} created: ${taskWords(payload)}`,
    fields: ['task_id', 'task_subject', 'task_description', 'teammate_name', 'team_name'],
    registered: true,
    why: 'the plan as it grows, also of teammates',
  },
  TaskCompleted: {
    label: 'task completed',
    tone: 'quiet',
    summary: (payload) => `task #${textAt(payload, 'task_id') ?? '?'} completed: ${taskWords(payload)}`,
    fields: ['task_id', 'task_subject', 'task_description', 'teammate_name', 'team_name'],
    registered: true,
    why: 'the plan as it is worked off',
  },
  Stop: {
    label: 'turn finished',
    tone: 'done',
    summary: (payload) => {
      const words = saidLine(textAt(payload, 'last_assistant_message') ?? '', 140);
      const tasks = listAt(payload, 'background_tasks').length;
      return withDetail(words || 'turn finished', tasks > 0 ? `${plural(tasks, 'task')} in background` : '');
    },
    fields: ['last_assistant_message', 'background_tasks', 'session_crons', 'stop_hook_active'],
    registered: true,
    why: 'the end of a turn, its answer and what still runs in the background; brings the transcript',
  },
  StopFailure: {
    label: 'turn failed',
    tone: 'trouble',
    summary: (payload) => {
      const error = (textAt(payload, 'error') ?? 'unknown').replaceAll('_', ' ');
      const said = textAt(payload, 'error_details') ?? textAt(payload, 'last_assistant_message') ?? '';
      const details = firstLine(said.replace(/^API error:?\s*/i, ''), 120);
      // The details mostly say what the error's name says.
      const isSaid = error === 'unknown' || details.replaceAll('_', ' ').toLowerCase().includes(error);
      return `API error: ${details !== '' && isSaid ? details.replace(/^\w+$/, error) : withDetail(error, details)}`;
    },
    fields: ['error', 'error_details', 'last_assistant_message'],
    outcome: () => 'failed',
    registered: true,
    why: 'the turn ended with an API error; brings the transcript',
  },
  TeammateIdle: {
    label: 'teammate idle',
    tone: 'quiet',
    summary: (payload) => `${textAt(payload, 'teammate_name') ?? 'teammate'} goes idle`,
    fields: ['teammate_name', 'team_name'],
    registered: true,
    why: 'a member of an agent team has nothing to do',
  },
  ConfigChange: {
    label: 'configuration changed',
    tone: 'quiet',
    summary: (payload) =>
      withDetail((textAt(payload, 'source') ?? 'settings').replaceAll('_', ' '), pathOf(payload, 'file_path')),
    fields: ['source', 'file_path'],
    registered: true,
    why: 'settings changed under a running agent: explains what follows',
  },
  CwdChanged: {
    label: 'working directory',
    tone: 'quiet',
    summary: (payload) => `cd ${textAt(payload, 'new_cwd') ?? '?'}`,
    fields: ['old_cwd', 'new_cwd'],
    registered: true,
    why: 'where the following calls happen',
  },
  DirectoryAdded: {
    label: 'directory added',
    tone: 'quiet',
    summary: (payload) => `added ${textAt(payload, 'directory') ?? '?'}`,
    fields: ['directory', 'source'],
    registered: false,
    why: 'since 2.1.219 only: a blocking dialog in clients that do not know it',
  },
  FileChanged: {
    label: 'file changed',
    tone: 'quiet',
    summary: (payload) => `${pathOf(payload, 'file_path')} · ${textAt(payload, 'event') ?? 'change'}`,
    fields: ['file_path', 'event'],
    registered: false,
    why: 'needs a list of files to watch, and edits are told by the tools',
  },
  WorktreeCreate: {
    label: 'worktree created',
    tone: 'quiet',
    summary: (payload) => `worktree ${textAt(payload, 'name') ?? '?'}`,
    fields: ['name'],
    registered: false,
    why: 'never: a hook on it replaces how the client makes worktrees with git',
  },
  WorktreeRemove: {
    label: 'worktree removed',
    tone: 'quiet',
    summary: (payload) => `worktree ${baseName(textAt(payload, 'worktree_path') ?? '?')} removed`,
    fields: ['worktree_path'],
    registered: false,
    why: 'fires for worktrees of a WorktreeCreate hook, which ours never is',
  },
  PreCompact: {
    label: 'compaction',
    tone: 'working',
    summary: (payload) =>
      withDetail(
        `compacting (${textAt(payload, 'trigger') ?? 'auto'})`,
        firstLine(textAt(payload, 'custom_instructions') ?? '', 100),
      ),
    fields: ['trigger', 'custom_instructions'],
    registered: true,
    why: 'explains a minute of silence and a context that shrank',
  },
  PostCompact: {
    label: 'compacted',
    tone: 'quiet',
    summary: (payload) => `compacted (${textAt(payload, 'trigger') ?? 'auto'})`,
    fields: ['trigger', 'compact_summary'],
    registered: true,
    why: 'the end of a compaction and its summary',
  },
  SessionEnd: {
    label: 'session end',
    tone: 'quiet',
    summary: (payload) => rowOf(endWords, textAt(payload, 'reason')) ?? 'session ended',
    fields: ['reason'],
    registered: true,
    why: 'the end of a session; brings the rest of the transcript',
  },
  Elicitation: {
    label: 'elicitation',
    tone: 'needs-you',
    summary: (payload) => `${textAt(payload, 'mcp_server_name') ?? 'MCP'} asks: ${elicitedWords(payload)}`,
    fields: ['mcp_server_name', 'message', 'mode', 'url', 'requested_schema'],
    registered: true,
    why: 'an MCP server asks somebody, and waits',
  },
  ElicitationResult: {
    label: 'elicitation answered',
    tone: 'quiet',
    summary: (payload) => `${textAt(payload, 'mcp_server_name') ?? 'MCP'} · ${textAt(payload, 'action') ?? 'answered'}`,
    fields: ['mcp_server_name', 'action', 'content'],
    outcome: (payload) => rowOf(elicitationOutcomes, textAt(payload, 'action')),
    registered: true,
    why: 'ends the wait of Elicitation',
  },
} as const satisfies Record<string, HookRow>;

const startWords: Readonly<Record<string, string>> = {
  startup: 'session started',
  resume: 'session resumed',
  clear: 'started after /clear',
  compact: 'goes on after compaction',
  fork: 'forked from another session',
};

const endWords: Readonly<Record<string, string>> = {
  clear: 'ended by /clear',
  resume: 'left for another session',
  logout: 'logged out',
  prompt_input_exit: 'closed by the user',
};

const elicitationOutcomes: Readonly<Record<string, Outcome>> = {
  accept: 'ok',
  decline: 'denied',
  cancel: 'interrupted',
};

function withDetail(words: string, detail: string): string {
  return detail === '' ? words : `${words} · ${detail}`;
}

function pathOf(payload: Fields, key: string): string {
  return shownPath(textAt(payload, key) ?? '', textAt(payload, 'cwd'));
}

function taskWords(payload: Fields): string {
  return oneLine(textAt(payload, 'task_subject') ?? textAt(payload, 'task_description') ?? '', 120);
}

function elicitedWords(payload: Fields): string {
  return firstLine(textAt(payload, 'message') ?? textAt(payload, 'url') ?? 'input', 120);
}
