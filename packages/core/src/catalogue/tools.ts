import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, listAt, numberAt, rowOf, textAt } from '../fields.ts';
import { firstLine, oneLine, plural, quoted, saidLine } from '../words.ts';
import { lineCount, patchLines } from './patch.ts';
import { briefPath, shownPath } from './path.ts';

/** How a tool's calls read in one line. */
interface ToolRow {
  /** What it works on: `src/app.ts`, `npm test`. */
  subject: (input: Fields, cwd: string | undefined) => string;
  /** What came of it, with its own separator: ` +12 −3`, ` · 120 lines`. */
  result?: (response: Fields, input: Fields) => string;
  /** Shown instead of the tool's name. */
  label?: string;
}

const path = (input: Fields, cwd: string | undefined) =>
  briefPath(shownPath(textAt(input, 'file_path') ?? textAt(input, 'notebook_path') ?? '', cwd));
const command: ToolRow = {
  subject: (input) => oneLine(textAt(input, 'command') ?? '', 140),
  result: (response) =>
    textAt(response, 'backgroundTaskId') ? ' · in background' : response.interrupted === true ? ' · interrupted' : '',
};
const edit: ToolRow = { subject: path, result: (response, input) => changedLines(response, input) };
const search = (key: string): ToolRow => ({
  subject: (input, cwd) => {
    const where = textAt(input, 'path');
    const within = where === undefined ? '' : shownPath(where, cwd);
    return `${quoted(textAt(input, key) ?? '')}${within === '' || within === '.' ? '' : ` in ${within}`}`;
  },
  result: (response) => {
    const files = numberAt(response, 'numFiles');
    const lines = numberAt(response, 'numLines');
    if (response.mode === 'content' && lines !== undefined) return ` · ${plural(lines, 'line')}`;
    return files === undefined ? '' : ` · ${plural(files, 'file')}`;
  },
});
const agent: ToolRow = {
  label: 'Agent',
  subject: (input) => oneLine(textAt(input, 'description') ?? textAt(input, 'prompt') ?? '', 100),
  result: (response) => {
    if (response.status === 'async_launched') return ' · in background';
    const tools = numberAt(response, 'totalToolUseCount');
    return tools === undefined ? '' : ` · ${plural(tools, 'tool')}`;
  },
};
const byText = (...keys: readonly string[]): ToolRow => ({
  subject: (input) => {
    for (const key of keys) {
      const text = textAt(input, key);
      if (text !== undefined) return oneLine(text, 120);
    }
    return '';
  },
});

/** One row per tool that ships with the client; others are shown by their most telling argument. */
export const toolCatalogue = {
  Bash: command,
  PowerShell: command,
  BashOutput: byText('bash_id'),
  KillShell: byText('shell_id'),
  Edit: edit,
  MultiEdit: edit,
  Write: edit,
  NotebookEdit: { subject: path },
  Read: { subject: path, result: readResult },
  NotebookRead: { subject: path },
  Grep: search('pattern'),
  Glob: search('pattern'),
  LS: { subject: (input, cwd) => shownPath(textAt(input, 'path') ?? '', cwd) },
  WebFetch: {
    subject: (input) => oneLine(textAt(input, 'url') ?? '', 120),
    result: (response) => (numberAt(response, 'code') === undefined ? '' : ` · ${numberAt(response, 'code')}`),
  },
  WebSearch: { subject: (input) => quoted(textAt(input, 'query') ?? '') },
  Agent: agent,
  Task: agent,
  AskUserQuestion: {
    label: 'Question',
    subject: (input) => {
      const questions = listAt(input, 'questions').filter(isFields);
      const first = textAt(questions[0], 'question') ?? textAt(questions[0], 'header') ?? '';
      return `${quoted(saidLine(first, 240), 120)}${questions.length > 1 ? ` and ${questions.length - 1} more` : ''}`;
    },
    result: (response) => {
      const answers = Object.values(fieldsAt(response, 'answers') ?? {}).filter((answer) => typeof answer === 'string');
      return answers.length === 0 ? '' : ` · ${oneLine(answers.join(', '), 80)}`;
    },
  },
  ExitPlanMode: { label: 'Plan', subject: (input) => planTitle(textAt(input, 'plan') ?? '') },
  EnterPlanMode: { label: 'Plan mode', subject: () => '' },
  Skill: byText('skill', 'command'),
  SlashCommand: byText('command'),
  ToolSearch: byText('query'),
  SendMessage: byText('summary', 'to', 'message'),
  EnterWorktree: byText('name'),
  ExitWorktree: byText('name'),
  TodoWrite: {
    label: 'Todos',
    subject: (input) => {
      const todos = listAt(input, 'todos').filter(isFields);
      const done = todos.filter((todo) => todo.status === 'completed').length;
      const current = todos.find((todo) => todo.status === 'in_progress');
      const doing = textAt(current, 'activeForm') ?? textAt(current, 'content');
      return `${done} of ${todos.length} done${doing === undefined ? '' : ` · ${oneLine(doing, 100)}`}`;
    },
  },
  TaskCreate: { label: 'New task', subject: byText('subject', 'description').subject },
  TaskUpdate: {
    label: 'Task',
    subject: (input) => {
      const status = textAt(input, 'status')?.replaceAll('_', ' ');
      const what = status ?? textAt(input, 'subject') ?? 'updated';
      return `#${textAt(input, 'taskId') ?? '?'} ${oneLine(what, 100)}`;
    },
  },
  TaskGet: { label: 'Task', subject: (input) => `#${textAt(input, 'taskId') ?? '?'}` },
  TaskList: { label: 'Tasks', subject: () => '' },
  TaskOutput: byText('task_id'),
  TaskStop: byText('task_id'),
} as const satisfies Record<string, ToolRow>;

/** A call as it starts: `Edit src/app.ts`, `Bash npm test`, `Grep “useAuth”`, `lab · add a: 2, b: 3`. */
export function callSummary(toolName: string, input: Fields, cwd?: string): string {
  const subject = toolSubject(toolName, input, cwd);
  return subject === '' ? toolLabel(toolName) : `${toolLabel(toolName)} ${subject}`;
}

/** A call as it ended well: `Edit src/app.ts +12 −3`; always begins with its `callSummary`. */
export function doneSummary(toolName: string, input: Fields, response: unknown, cwd?: string): string {
  const result = isFields(response) ? (toolRow(toolName)?.result?.(response, input) ?? '') : '';
  return callSummary(toolName, input, cwd) + result;
}

/** The call that an event tells of, without what came of it. */
export function callOfEvent({ toolName, payload, summary }: TelltaleEvent): string {
  const input = fieldsAt(payload, 'tool_input');
  return input === undefined ? summary : callSummary(toolName ?? '', input, textAt(payload, 'cwd'));
}

/** Whether a call of it starts a subagent; `Task` is its name in older clients. */
export function isAgentTool(toolName: string | undefined): boolean {
  return toolName === 'Agent' || toolName === 'Task';
}

/** Whether telemetry's name of a tool can mean a hook's: of MCP tools it says no more unless asked to. */
export function isSameTool(told: string | undefined, named: string | undefined): boolean {
  return told === named || (told === 'mcp_tool' && mcpNames(named ?? '') !== undefined);
}

/** What the call works on, without the tool's name. */
export function toolSubject(toolName: string, input: Fields, cwd?: string): string {
  return toolRow(toolName)?.subject(input, cwd) ?? argumentsLine(input, cwd);
}

/** The tool's name in words; of an MCP tool `server · tool`. */
export function toolLabel(toolName: string): string {
  const mcp = mcpNames(toolName);
  if (mcp !== undefined) return `${mcp.server} · ${mcp.tool}`;
  return toolRow(toolName)?.label ?? toolName;
}

/** `mcp__lab__add` → lab, add. */
export function mcpNames(toolName: string): { server: string; tool: string } | undefined {
  if (!toolName.startsWith('mcp__')) return undefined;
  const end = toolName.indexOf('__', 5);
  if (end < 0) return { server: toolName.slice(5), tool: '' };
  return { server: toolName.slice(5, end), tool: toolName.slice(end + 2) };
}

/** What went wrong in one line: `exit 3 · broken`. The first line is `Exit code N` for shells. */
export function errorLine(error: string): string {
  const text = error.replace(/^\s*<tool_use_error>/, '').replace(/<\/tool_use_error>\s*$/, '');
  const exit = /^\s*Exit code (\d+)[^\S\n]*\n?/.exec(text);
  if (exit === null) return headline(text);
  const rest = firstLine(text.slice(exit[0].length), 120);
  return rest === '' ? `exit ${exit[1]}` : `exit ${exit[1]} · ${rest}`;
}

/** The first line, with the next where it only announces one. */
function headline(text: string): string {
  const first = firstLine(text, 140);
  if (!first.endsWith(':')) return first;
  return oneLine(`${first} ${firstLine(text.trimStart().slice(first.length), 140)}`, 140);
}

function toolRow(toolName: string): ToolRow | undefined {
  return rowOf<ToolRow>(toolCatalogue, toolName);
}

/** Arguments of a tool nobody wrote a row for: `a: 2, b: 3`. */
function argumentsLine(input: Fields, cwd: string | undefined): string {
  const parts: string[] = [];
  for (const key of Object.keys(input).slice(0, 6)) {
    const value = input[key];
    if (typeof value === 'string') parts.push(`${key}: ${oneLine(shownPath(value, cwd), 60)}`);
    else if (typeof value === 'number' || typeof value === 'boolean') parts.push(`${key}: ${value}`);
    else if (Array.isArray(value)) parts.push(`${key}: ${plural(value.length, 'item')}`);
  }
  return oneLine(parts.join(', '), 120);
}

function readResult(response: Fields): string {
  const file = fieldsAt(response, 'file');
  const lines = numberAt(file, 'numLines');
  // The client counts what `split("\n")` gives: one more than there are, where the last line ends.
  const isOneMore = lines !== undefined && lines > 1 && textAt(file, 'content')?.endsWith('\n') === true;
  if (lines !== undefined) return ` · ${plural(isOneMore ? lines - 1 : lines, 'line')}`;
  return response.type === 'image' || response.type === 'pdf' ? ` · ${response.type}` : '';
}

/** ` +12 −3`, from the patch that the client made; a new file counts its own lines. */
function changedLines(response: Fields, input: Fields): string {
  const { added, removed } =
    listAt(response, 'structuredPatch').length > 0
      ? patchLines(response)
      : { added: lineCount(textAt(response, 'content') ?? textAt(input, 'content') ?? ''), removed: 0 };
  return `${added > 0 ? ` +${added}` : ''}${removed > 0 ? ` −${removed}` : ''}`;
}

/** A plan's heading, else its first line. */
function planTitle(plan: string): string {
  return firstLine(plan.replace(/^[\s#]+/, ''), 120);
}
