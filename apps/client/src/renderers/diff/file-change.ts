import { structuredPatch } from 'diff';
import { isRecord, type OpenedAction } from '../../opened/opened-action.ts';

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Line number before, absent for what was added. */
  before?: number;
  /** Line number after, absent for what was removed. */
  after?: number;
}

export interface FileChange {
  path: string;
  /** Numbers are those of the file; without the client's own patch they count within the replaced text. */
  isPlaced: boolean;
  isNew: boolean;
  hunks: DiffLine[][];
  added: number;
  removed: number;
}

/** What a call changed in a file: by the client's own patch where it ended, else by what it was asked to do. */
export function fileChange({ input, response }: OpenedAction): FileChange {
  const fields = isRecord(response) ? response : {};
  const path = text(fields.filePath) || text(input.file_path) || text(input.notebook_path);
  const own = hunksOf(fields.structuredPatch);
  if (own.length > 0) return changeOf(path, own, { isPlaced: true, isNew: false });
  if (typeof input.content === 'string' || fields.type === 'create') {
    const content = text(fields.content) || text(input.content);
    const before = text(fields.originalFile);
    const hunks = before === '' ? [addedLines(content)] : asked(path, [{ before, after: content }]);
    return changeOf(path, hunks, { isPlaced: true, isNew: before === '' && fields.type !== 'update' });
  }
  return changeOf(path, asked(path, editsOf(input, fields)), { isPlaced: false, isNew: false });
}

interface Edit {
  before: string;
  after: string;
}

function editsOf(input: OpenedAction['input'], response: Record<string, unknown>): Edit[] {
  if (Array.isArray(input.edits)) {
    return input.edits.flatMap((edit) =>
      isRecord(edit) ? [{ before: text(edit.old_string), after: text(edit.new_string) }] : [],
    );
  }
  if (input.new_source !== undefined) return [{ before: text(response.old_source), after: text(input.new_source) }];
  return [{ before: text(input.old_string), after: text(input.new_string) }];
}

function asked(path: string, edits: readonly Edit[]): DiffLine[][] {
  return edits.flatMap(({ before, after }) => {
    const patch = structuredPatch(path, path, endLine(before), endLine(after), '', '', {
      context: 3,
      maxEditLength: 4000,
    });
    // Too different to be compared in time: all of it went, all of it came.
    if (!patch) return [[...lines(before, 'removed'), ...lines(after, 'added')]];
    return hunksOf(patch.hunks);
  });
}

/** Hunks of a unified patch; `\ No newline at end of file` is no line. */
function hunksOf(value: unknown): DiffLine[][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((hunk) => {
    if (!isRecord(hunk) || !Array.isArray(hunk.lines)) return [];
    let before = number(hunk.oldStart);
    let after = number(hunk.newStart);
    const told: DiffLine[] = [];
    for (const line of hunk.lines) {
      if (typeof line !== 'string' || line.startsWith('\\')) continue;
      const content = line.slice(1);
      if (line.startsWith('+')) told.push({ kind: 'added', text: content, after: after++ });
      else if (line.startsWith('-')) told.push({ kind: 'removed', text: content, before: before++ });
      else told.push({ kind: 'same', text: content, before: before++, after: after++ });
    }
    return told.length > 0 ? [told] : [];
  });
}

function changeOf(path: string, hunks: DiffLine[][], facts: { isPlaced: boolean; isNew: boolean }): FileChange {
  const all = hunks.flat();
  const count = (kind: DiffLine['kind']) => all.filter((line) => line.kind === kind).length;
  return { path, hunks, added: count('added'), removed: count('removed'), ...facts };
}

function addedLines(content: string): DiffLine[] {
  return lines(content, 'added').map((line, at) => ({ ...line, after: at + 1 }));
}

function lines(content: string, kind: DiffLine['kind']): DiffLine[] {
  return content === ''
    ? []
    : content
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => ({ kind, text: line }));
}

function endLine(content: string): string {
  return content === '' || content.endsWith('\n') ? content : `${content}\n`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 1;
}
