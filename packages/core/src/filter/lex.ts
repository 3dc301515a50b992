import type { Pattern } from './grammar.ts';

/** One term as it is written: pieces and signs, not yet their meaning. */
export interface RawTerm {
  from: number;
  to: number;
  negated: boolean;
  /** As written before `:`, or `duration` and `cost` before a comparison. */
  key?: string;
  operator?: string;
  /** The alternatives between commas, empty ones left out. */
  patterns: Pattern[];
  /** The text behind the operator, as it stands there. */
  value: string;
  /** Position of a quote without its end. */
  unclosedAt?: number;
}

/** NUL counts as a space: SQLite's LIKE ends a text there. */
const space = /[\s\0]/;
/** A key ends in a colon; only `duration` and `cost` take a bare comparison, so that `a<b` stays text. */
const keyed = /([A-Za-z]+):(<=|>=|<|>)?|(duration|cost)(<=|>=|<|>|=)/iy;

export function lexFilter(text: string): RawTerm[] {
  const terms: RawTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (space.test(text[at] ?? '')) at++;
    else {
      const term = lexTerm(text, at);
      terms.push(term);
      at = term.to;
    }
  }
  return terms;
}

function lexTerm(text: string, from: number): RawTerm {
  // `--verbose` is a flag somebody looks for, and a single `-` is a sign of its own.
  const negated = text[from] === '-' && /^[^\s-]/.test(text.slice(from + 1, from + 2));
  let at = negated ? from + 1 : from;
  keyed.lastIndex = at;
  const match = keyed.exec(text);
  if (match) at = keyed.lastIndex;
  const { to, patterns, unclosedAt } = lexValue(text, at);
  const operator = match?.[2] ?? match?.[4];
  return {
    from,
    to,
    negated,
    ...(match && { key: match[1] ?? match[3] ?? '' }),
    ...(operator !== undefined && { operator }),
    patterns,
    value: text.slice(at, to),
    ...(unclosedAt !== undefined && { unclosedAt }),
  };
}

/** Alternatives up to the next space outside quotes. */
function lexValue(text: string, from: number): Pick<RawTerm, 'to' | 'patterns' | 'unclosedAt'> {
  const patterns: string[][] = [];
  let pieces = [''];
  let at = from;
  const add = (character: string) => {
    pieces[pieces.length - 1] += character;
  };
  const endAlternative = () => {
    if (pieces.length > 1 || pieces[0] !== '') patterns.push(pieces);
    pieces = [''];
  };
  for (; at < text.length && !space.test(text[at] ?? ''); at++) {
    const character = text[at] ?? '';
    if (character === ',') endAlternative();
    else if (character === '*') startPiece(pieces);
    else if (character === '"') {
      const quoted = lexQuoted(text, at);
      if (quoted === undefined) return { to: text.length, patterns, unclosedAt: at };
      add(quoted.content);
      at = quoted.to - 1;
    } else add(character);
  }
  endAlternative();
  return { to: at, patterns };
}

/** Two stars side by side say no more than one. */
function startPiece(pieces: string[]): void {
  if (pieces.length === 1 || pieces.at(-1) !== '') pieces.push('');
}

function lexQuoted(text: string, from: number): { content: string; to: number } | undefined {
  let content = '';
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') return { content, to: at + 1 };
    if (character === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at++;
    content += text[at] === '\0' ? ' ' : (text[at] ?? '');
  }
  return undefined;
}
