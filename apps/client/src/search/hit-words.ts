import type { SearchHit } from '@telltale/core/search-view';

export const kindWords = {
  prompt: 'prompts',
  answer: 'answers',
  'tool-input': 'tool inputs',
  'tool-result': 'tool results',
  thinking: 'thinking',
  summary: 'summaries',
} as const satisfies Record<SearchHit['kind'], string>;

/** A piece of a snippet, marked or not. */
export interface SnippetPart {
  text: string;
  isMarked: boolean;
}

export function snippetParts({ text, marks }: SearchHit['snippet']): SnippetPart[] {
  const parts: SnippetPart[] = [];
  const add = (from: number, to: number, isMarked: boolean) => {
    if (to > from) parts.push({ text: text.slice(from, to), isMarked });
  };
  let at = 0;
  for (const [from, to] of marks) {
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, text.length, false);
  return parts;
}

/** The place in the session, and what to mark there: the longest of what was found. */
export function placeOf(
  sessionId: string,
  { seq, entry, snippet }: Pick<SearchHit, 'entry' | 'snippet'> & { seq?: number | undefined },
): { path: string; query: Record<string, string> } {
  const found = snippet.marks.map(([from, to]) => snippet.text.slice(from, to));
  const longest = found.sort((a, b) => b.length - a.length)[0];
  return {
    path: `/sessions/${encodeURIComponent(sessionId)}`,
    query: {
      ...(seq !== undefined && { at: String(seq) }),
      ...(entry !== undefined && { entry: String(entry) }),
      ...(longest !== undefined && { find: longest }),
    },
  };
}

/** A fork that has the text, too; a text may have several. */
export function copyWords(nth: number): string {
  return nth === 0 ? 'also in a fork' : `fork ${nth + 1}`;
}
