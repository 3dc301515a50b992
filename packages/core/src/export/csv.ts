import { itemLine, type StoryItem, type StoryTurn } from '../story.ts';
import { type ExportSources, storyOf } from './sources.ts';

/** The columns, in their order; docs/export.md tells what each holds. */
export const csvColumns = [
  ...['session_id', 'prompt_number', 'prompt_id', 'row', 'at', 'ended_at', 'agent_id', 'agent_type', 'tool'],
  ...['tool_use_id', 'state', 'duration_ms', 'waited_ms', 'added', 'removed', 'cost_usd', 'summary', 'error', 'input'],
] as const;

type Column = (typeof csvColumns)[number];
type Row = Partial<Record<Column, string | number | undefined>>;

/** One row per prompt and per call, in the order of the story, as RFC 4180 has it: the first line names the columns. */
export function* csvLines(sources: ExportSources): Iterable<string> {
  yield csvLine(csvColumns);
  const costOf = new Map(sources.cost?.byPrompt.map(({ key, costUsd }) => [key, costUsd]));
  for (const turn of storyOf(sources).turns) {
    const place = { session_id: sources.session.id, prompt_number: turn.number, prompt_id: turn.promptId };
    if (turn.kind !== 'none') {
      const cost = turn.promptId === undefined ? undefined : costOf.get(turn.promptId);
      yield lineOf({ ...place, ...promptRow(turn), cost_usd: cost });
    }
    for (const row of rowsOf(turn.items, {})) yield lineOf({ ...place, ...row });
  }
}

function promptRow({ at, endedAt, kind, state, durationMs, waitedMs, text }: StoryTurn): Row {
  const row = kind === 'typed' ? 'prompt' : kind;
  return { row, at, ended_at: endedAt, state, duration_ms: durationMs, waited_ms: waitedMs, summary: text };
}

function* rowsOf(items: readonly StoryItem[], agent: Row): Iterable<Row> {
  for (const item of items) {
    if (item.kind === 'action') {
      const { action, diff } = item;
      yield {
        ...agent,
        ...{ row: 'call', at: item.at, ended_at: action.endedAt, tool: action.toolName, state: action.state },
        ...{ tool_use_id: action.toolUseId, duration_ms: action.durationMs, waited_ms: action.waitedMs },
        ...{ added: diff?.added, removed: diff?.removed, summary: action.summary },
        ...{ error: item.error ?? action.errorLine, input: JSON.stringify(item.input) },
      };
    } else if (item.kind === 'queued-prompt') {
      yield { ...agent, row: item.isTyped ? 'prompt' : 'notification', at: item.at, summary: item.text };
    } else if (item.kind === 'subagent') {
      const own = { agent_id: item.agentId, agent_type: item.agentType };
      yield {
        ...own,
        ...{ row: 'subagent', at: item.at, ended_at: item.endedAt, state: item.state, duration_ms: item.durationMs },
        ...{ tool: item.call?.action.toolName, tool_use_id: item.call?.action.toolUseId },
        ...{ summary: itemLine(item, 500), error: item.call?.error, input: item.prompt },
      };
      yield* rowsOf(item.items, own);
    }
  }
}

function lineOf(row: Row): string {
  return csvLine(csvColumns.map((column) => row[column]));
}

function csvLine(values: readonly (string | number | undefined)[]): string {
  return `${values.map(cellOf).join(',')}\r\n`;
}

/** Excel keeps 32,767 characters of a cell, and puts the rest into the next row. */
const maxCell = 32_000;
/** What a spreadsheet takes for a formula, also behind spaces; an apostrophe in front makes it words. */
const formula = /^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cellOf(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const cut = value.length > maxCell ? `${value.slice(0, maxCell)}…` : value;
  const text = formula.test(cut) ? `'${cut}` : cut;
  return /[",\r\n;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
