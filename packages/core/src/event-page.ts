import * as z from 'zod';
import { hookCatalogue } from './catalogue/hooks.ts';
import { telemetryCatalogue } from './catalogue/telemetry.ts';
import { eventSchema, type Origin, originSchema, type TelltaleEvent } from './event.ts';

const eventMeanings = {
  seq: 'the order of arrival; a feed goes on behind it',
  id: 'made once by the sender, or a hash of what makes it the same; sent twice, it is stored once',
  source: 'the road it came by',
  name: 'the hook event, or the event of telemetry; an unknown one is kept',
  sessionId: 'Claude Code’s id of the session',
  promptId: 'the prompt that it belongs to',
  toolUseId: 'the tool call that it belongs to; joins hooks, telemetry and transcript',
  agentId: 'the subagent that did it; absent: the main agent',
  agentType: 'what kind of subagent',
  app: 'name of the project',
  at: 'when it happened, by the sender’s clock: ISO 8601, UTC',
  toolName: 'the tool, as Claude Code names it',
  outcome: 'how the action ended; absent where the event tells of no end',
  model: 'the model that was asked',
  durationMs: 'how long the action took',
  summary: 'one line of words: what happened',
  origin: 'the process behind it, as far as its sender told',
  payload: 'the sender’s own JSON, secrets masked',
  payloadBytes: 'the size of a payload that was left out here; `GET /api/events/{seq}` has it',
  masked: 'how many secrets were masked',
  sensitive: 'the sensitive file that the call touched: a key, `.env`, a workflow',
} as const satisfies Record<keyof TelltaleEvent, string>;

const originMeanings = {
  install: 'how the hook was installed',
  pid: 'the process of Claude Code',
  host: 'the machine',
  user: 'its user',
  repo: 'the git repository, as its remote names it: `github.com/ada/shop`',
  commit: 'what was checked out when the session began',
  provider: 'which agent it is, such as `cursor`; absent for Claude Code',
  entrypoint: 'how Claude Code was started: `cli`, `sdk-ts`, …',
  terminal: 'the terminal: `vscode`, `iTerm.app`, `tmux`',
  tmuxPane: 'the pane of tmux',
  tty: 'the terminal’s device',
} as const satisfies Record<keyof Origin, string>;

/** docs/events.md with its tables, each between its markers, from the schemas and catalogues. */
export function withEventTables(page: string): string {
  const tables = {
    event: fields(eventSchema, eventMeanings),
    origin: fields(originSchema, originMeanings),
    hooks: table(
      ['event', 'is', 'its payload tells', 'ours'],
      Object.entries(hookCatalogue).map(([name, { label, fields, registered }]) => [
        ...[`\`${name}\``, label, fields.map((field) => `\`${field}\``).join(', '), registered ? 'yes' : 'no'],
      ]),
    ),
    telemetry: table(
      ['event', 'is', 'kept'],
      Object.entries(telemetryCatalogue).map(([name, row]) => [
        ...[`\`${name}\``, row.label, 'isBookkeeping' in row ? 'for days' : ''],
      ]),
    ),
  };
  return Object.entries(tables).reduce((text, [name, content]) => between(text, name, content), page);
}

interface JsonSchema {
  type?: string;
  enum?: string[];
}

function fields(schema: z.ZodObject, meanings: Record<string, string>): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema);
  const rows = Object.entries(properties as Record<string, JsonSchema>).map(([name, { type = '', enum: words }]) => [
    `\`${name}\`${required.includes(name) ? '' : '?'}`,
    words?.map((word) => `\`${word}\``).join(', ') ?? type,
    meanings[name] ?? '',
  ]);
  return table(['field', 'type', 'meaning'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name}: generated -->\n).*?(<!-- end -->)`, 's');
  if (!pattern.test(text)) throw new Error(`docs/events.md has no place for "${name}"`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
