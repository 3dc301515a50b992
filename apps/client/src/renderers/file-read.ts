import { isRecord, type OpenedAction } from '../opened/opened-action.ts';
import { count, plural } from '../words/amount.ts';
import { textBlocks } from './shell-run.ts';

export interface FileRead {
  path: string;
  /** `lines 40–80 of 300`, `120 lines`, `pages 1–3`. */
  range: string;
  /** Number of the first line. */
  from: number;
  code?: string | undefined;
}

/** What was read of a file; the transcript's text carries the client's line numbers, which are ours already. */
export function fileRead({ input, response }: OpenedAction): FileRead {
  const file = isRecord(response) && isRecord(response.file) ? response.file : undefined;
  const content = typeof file?.content === 'string' ? undefined : unnumbered(textOf(response));
  const from = numberOr(file?.startLine, numberOr(input.offset, content?.from ?? 1));
  const code = typeof file?.content === 'string' ? file.content : content?.code;
  const path = typeof file?.filePath === 'string' ? file.filePath : stringOr(input.file_path ?? input.notebook_path);
  return { path, from, code, range: rangeOf(code, from, numberOr(file?.totalLines, 0), input) };
}

function rangeOf(code: string | undefined, from: number, total: number, input: OpenedAction['input']): string {
  if (typeof input.pages === 'string') return `pages ${input.pages}`;
  if (code === undefined) return '';
  const lines = code === '' ? 0 : code.replace(/\n$/, '').split('\n').length;
  const isPart = from > 1 || (total > 0 && lines < total - 1);
  if (!isPart) return plural(lines, 'line');
  return `lines ${count(from)}–${count(from + lines - 1)}${total > 0 ? ` of ${count(total)}` : ''}`;
}

/** `   12→code` for every line, as the transcript has it. */
function unnumbered(text: string): { code: string; from: number } | undefined {
  if (text === '') return undefined;
  const lines = text.split('\n');
  const first = /^\s*(\d+)(?:→|\t)/.exec(lines[0] ?? '');
  if (!first) return { code: text, from: 1 };
  return { code: lines.map((line) => line.replace(/^\s*\d+(?:→|\t)/, '')).join('\n'), from: Number(first[1]) };
}

function textOf(response: unknown): string {
  return typeof response === 'string' ? response : textBlocks(response);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function stringOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
