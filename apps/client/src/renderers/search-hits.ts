import { shownPath } from '@telltale/core';
import { isRecord, type OpenedAction } from '../opened/opened-action.ts';
import { textBlocks } from './shell-run.ts';

interface HitLine {
  number?: number;
  text: string;
  /** A line around a hit, not a hit. */
  isContext: boolean;
}

interface FileHits {
  path: string;
  lines: HitLine[];
  /** Where only a count was asked for. */
  count?: number;
}

export interface SearchHits {
  files: FileHits[];
  /** What is not told by files. */
  note?: string | undefined;
}

/** Hits of Grep and Glob by file, from the client's structure or its text. */
export function searchHits({ input, response, cwd }: OpenedAction): SearchHits {
  const fields = isRecord(response) ? response : {};
  const content = typeof fields.content === 'string' ? fields.content : textOf(response);
  const names = Array.isArray(fields.filenames) ? fields.filenames.filter((one) => typeof one === 'string') : [];
  const mode =
    typeof fields.mode === 'string' ? fields.mode : typeof input.output_mode === 'string' ? input.output_mode : '';
  const onlyPath = typeof input.path === 'string' && /\.\w+$/.test(input.path) ? input.path : undefined;
  const note = fields.truncated === true ? 'more were found than are listed' : undefined;
  if (mode === 'content' && content !== '') return { files: byFile(content, cwd, onlyPath), note };
  if (mode === 'count' && content !== '') return { files: counted(content, cwd), note };
  if (names.length > 0) return { files: names.map((path) => ({ path: shownPath(path, cwd), lines: [] })), note };
  return fromText(content, cwd);
}

/** `src/a.ts:12:code`, `src/a.ts-11-code` around it, `--` between. */
function byFile(content: string, cwd: string | undefined, onlyPath: string | undefined): FileHits[] {
  const files = new Map<string, FileHits>();
  for (const line of content.split('\n')) {
    if (line === '' || line === '--') continue;
    const hit = /^(.+?)([:-])(\d+)\2(.*)$/.exec(line) ?? undefined;
    const bare = onlyPath === undefined ? undefined : /^(\d+)([:-])(.*)$/.exec(line);
    const path = bare ? (onlyPath ?? '') : (hit?.[1] ?? '');
    const shown = shownPath(path, cwd);
    const file = files.get(shown) ?? { path: shown, lines: [] };
    files.set(shown, file);
    if (bare) file.lines.push({ number: Number(bare[1]), text: bare[3] ?? '', isContext: bare[2] === '-' });
    else if (hit) file.lines.push({ number: Number(hit[3]), text: hit[4] ?? '', isContext: hit[2] === '-' });
    else file.lines.push({ text: line, isContext: false });
  }
  return [...files.values()];
}

function counted(content: string, cwd: string | undefined): FileHits[] {
  return content.split('\n').flatMap((line) => {
    const found = /^(.+):(\d+)$/.exec(line);
    return found ? [{ path: shownPath(found[1] ?? '', cwd), lines: [], count: Number(found[2]) }] : [];
  });
}

/** What the transcript keeps: a sentence, then one path a line. */
function fromText(content: string, cwd: string | undefined): SearchHits {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  if (lines.some((line) => /^.+?:\d+:/.test(line))) return { files: byFile(content, cwd, undefined) };
  const isPath = (line: string) => /^[\w./~@-][^\s:]*$/.test(line) && (line.includes('/') || line.includes('.'));
  const paths = lines.filter(isPath);
  const rest = lines.filter((line) => !isPath(line) && !/^Found \d+/.test(line));
  return {
    files: paths.map((path) => ({ path: shownPath(path, cwd), lines: [] })),
    note: rest.join('\n') || undefined,
  };
}

function textOf(response: unknown): string {
  return typeof response === 'string' ? response : textBlocks(response);
}
