import type { CodeLine } from './code-line.ts';

/** Coloured lines without their text, which the other side has: numbers that are handed over, not copied. */
export interface PackedRuns {
  /** Pairs: length of a run and its kind; a pair with `lineEnd` ends a line. */
  runs: Uint32Array<ArrayBuffer>;
  /** Kind 0 is plain. */
  kinds: readonly string[];
}

const lineEnd = 0xffff_ffff;

/** Nothing where the lines are not the code's own. */
export function packRuns(code: string, lines: readonly CodeLine[]): PackedRuns | undefined {
  const kinds = [''];
  const runs: number[] = [];
  let at = 0;
  for (const line of lines) {
    for (const { text, kind = '' } of line) {
      if (!code.startsWith(text, at)) return undefined;
      at += text.length;
      if (!kinds.includes(kind)) kinds.push(kind);
      runs.push(text.length, kinds.indexOf(kind));
    }
    runs.push(lineEnd, 0);
    at = behindLineEnd(code, at);
  }
  return at === code.length ? { runs: Uint32Array.from(runs), kinds } : undefined;
}

export function unpackRuns(code: string, { runs, kinds }: PackedRuns): CodeLine[] {
  const lines: CodeLine[] = [];
  let line: { text: string; kind?: string }[] = [];
  let at = 0;
  for (let index = 0; index < runs.length; index += 2) {
    const length = runs[index] ?? 0;
    if (length === lineEnd) {
      lines.push(line);
      line = [];
      at = behindLineEnd(code, at);
      continue;
    }
    const text = code.slice(at, at + length);
    const kind = kinds[runs[index + 1] ?? 0];
    line.push(kind ? { text, kind } : { text });
    at += length;
  }
  return lines;
}

function behindLineEnd(code: string, at: number): number {
  const start = code[at] === '\r' ? at + 1 : at;
  return code[start] === '\n' ? start + 1 : at;
}
