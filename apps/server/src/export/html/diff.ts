import { type Fields, isFields, listAt, numberAt, textAt } from '@telltale/core';
import { escapeHtml } from './escape.ts';

interface Line {
  mark: '+' | '-' | ' ';
  text: string;
  number?: number;
}

/** What a call changed in a file: by the client's own patch, else by what it was asked to replace or write. */
export function diffHtml(input: Fields, response: unknown): string | undefined {
  const hunks = hunksOf(input, isFields(response) ? response : {});
  if (hunks.length === 0) return undefined;
  const body = hunks.map((lines) => lines.map(lineHtml).join('')).join('<div class="gap" aria-hidden="true">⋯</div>');
  return `<div class="diff" tabindex="0">${body}</div>`;
}

function lineHtml({ mark, text, number }: Line): string {
  const kind = { '+': 'added', '-': 'removed', ' ': 'same' }[mark];
  return `<div class="${kind}"><i>${number ?? ''}</i><b>${mark === '-' ? '−' : mark}</b>${escapeHtml(text)}</div>`;
}

function hunksOf(input: Fields, response: Fields): Line[][] {
  const own = listAt(response, 'structuredPatch').filter(isFields).map(patchLines);
  if (own.length > 0) return own;
  const content = textAt(input, 'content');
  if (content !== undefined && textAt(input, 'file_path') !== undefined) {
    return [linesOf(content, '+').map((line, index) => ({ ...line, number: index + 1 }))];
  }
  const edits = listAt(input, 'edits').filter(isFields);
  return [...(edits.length > 0 ? edits : [input])].flatMap((edit) => {
    const before = textAt(edit, 'old_string') ?? textAt(response, 'old_source') ?? '';
    const after = textAt(edit, 'new_string') ?? textAt(edit, 'new_source') ?? '';
    const lines = [...linesOf(before, '-'), ...linesOf(after, '+')];
    return lines.length > 0 ? [lines] : [];
  });
}

/** A hunk of a unified patch; `\ No newline at end of file` is no line. */
function patchLines(hunk: Fields): Line[] {
  let before = numberAt(hunk, 'oldStart') ?? 1;
  let after = numberAt(hunk, 'newStart') ?? 1;
  return listAt(hunk, 'lines').flatMap((line): Line[] => {
    if (typeof line !== 'string' || line.startsWith('\\')) return [];
    const text = line.slice(1);
    if (line.startsWith('+')) return [{ mark: '+', text, number: after++ }];
    if (line.startsWith('-')) return [{ mark: '-', text, number: before++ }];
    before += 1;
    return [{ mark: ' ', text, number: after++ }];
  });
}

function linesOf(text: string, mark: '+' | '-'): Line[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => ({ mark, text: line }));
}
