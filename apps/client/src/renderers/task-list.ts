import { isRecord, type OpenedAction } from '../opened/opened-action.ts';

const taskStates = ['pending', 'in_progress', 'completed', 'deleted'] as const;

export interface TaskRow {
  id?: string | undefined;
  state: (typeof taskStates)[number];
  words: string;
  more?: string | undefined;
}

/** The tasks that a call of TodoWrite or of the Task tools tells of. */
export function taskRows({ toolName, input, response }: OpenedAction): TaskRow[] {
  const fields = isRecord(response) ? response : {};
  if (Array.isArray(input.todos)) return input.todos.flatMap(taskOf);
  if (Array.isArray(fields.tasks)) return fields.tasks.flatMap(taskOf);
  const told = isRecord(fields.task) ? fields.task : {};
  const task: Record<string, unknown> = { ...input, ...told, id: told.id ?? input.taskId };
  if (toolName === 'TaskCreate') return taskOf({ status: 'pending', ...task });
  if (toolName !== 'TaskUpdate') return taskOf(task);
  const words = task.subject ?? changedWords(input, fields);
  return taskOf({ ...task, subject: words });
}

function taskOf(value: unknown): TaskRow[] {
  if (!isRecord(value)) return [];
  const state = taskStates.find((one) => one === value.status) ?? 'pending';
  const words = state === 'in_progress' ? (text(value.activeForm) ?? said(value)) : said(value);
  const more = text(value.description);
  return [{ id: text(value.id), state, words, more: more === words ? undefined : more }];
}

function said(value: Record<string, unknown>): string {
  return text(value.content) ?? text(value.subject) ?? text(value.description) ?? '';
}

/** `pending → in progress`; of other changes their names. */
function changedWords(input: OpenedAction['input'], response: Record<string, unknown>): string {
  const change = isRecord(response.statusChange) ? response.statusChange : {};
  const from = text(change.from);
  const to = text(change.to) ?? text(input.status);
  if (to !== undefined) return (from === undefined ? to : `${from} → ${to}`).replaceAll('_', ' ');
  const fields = Array.isArray(response.updatedFields) ? response.updatedFields : [];
  return fields.length > 0 ? `${fields.join(', ')} changed` : 'updated';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
