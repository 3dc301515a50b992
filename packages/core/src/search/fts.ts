import { withoutAccents } from './indexed-text.ts';
import type { SearchTerm, SearchText } from './query.ts';

/** The words of a search in the language of SQLite's FTS5, for an index with the columns `words` and `humps`. */
export function toFts({ groups, without }: SearchText): string | undefined {
  if (groups.length === 0) return undefined;
  const wanted = groups.map((terms) => `(${terms.map(termSql).join(' OR ')})`).join(' AND ');
  const unwanted = without.length > 0 ? ` NOT (${without.map(termSql).join(' OR ')})` : '';
  return `{words humps} : ((${wanted})${unwanted})`;
}

/** One term alone. */
export function termSql({ spellings, isPrefix }: SearchTerm): string {
  // Words are letters and digits, so nothing in them can end the quotes.
  const phrases = spellings.map((words) => `"${withoutAccents(words.join(' '))}"${isPrefix ? ' *' : ''}`);
  return phrases.length === 1 ? (phrases[0] ?? '""') : `(${phrases.join(' OR ')})`;
}
