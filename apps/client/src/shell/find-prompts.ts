import { minPrefixLetters, wordsIn } from '@telltale/core/search/query';
import { placeOf } from '../search/hit-words.ts';
import { search } from '../search/search-api.ts';
import { age } from '../words/time.ts';
import type { PaletteEntry } from './palette.ts';

/** Prompts with these words, newest first, over all sessions that are kept; the last word may be unfinished. */
export async function findPrompts(words: string): Promise<PaletteEntry[]> {
  const typed = wordsIn(words);
  const last = typed.at(-1) ?? '';
  // One or two letters are how half of all words begin: until there are more, those before them are looked for.
  const begun = last.length < minPrefixLetters ? '' : `${last}*`;
  const q = [...typed.slice(0, -1), begun].join(' ').trim();
  if (q === '') return [];
  // Without an answer the palette still goes to pages, projects and sessions.
  const found = await search({ q, kind: 'prompt', limit: 15 }).catch(() => undefined);
  return (found?.sessions ?? []).flatMap(({ session, hits }) =>
    hits.map((hit) => ({
      key: `prompt ${session.id} ${hit.seq} ${hit.entry}`,
      kind: 'prompt' as const,
      title: hit.snippet.text.replace(/\s+/g, ' '),
      detail: `${session.app ?? ''} · ${age(Date.now() - Date.parse(hit.at))} ago`,
      to: placeOf(session.id, hit),
    })),
  );
}
