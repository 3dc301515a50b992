import { outcomes } from '../event.ts';
import type { Facets } from '../wire.ts';
import { formatPattern } from './format.ts';
import { type FilterKey, filterExamples, filterKeys, isNames } from './grammar.ts';
import { lexFilter, type RawTerm } from './lex.ts';
import { foldAscii } from './pattern.ts';

export interface Completion {
  /** What replaces the text between `from` and `to`. */
  readonly insert: string;
  readonly hint?: string;
}

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Completion[];
}

const maxOptions = 50;

/** What could stand at the cursor: keys where a term begins, behind a key the values that exist. */
export function completions(text: string, cursor: number, facets: Facets): Completions {
  const term = lexFilter(text.slice(0, cursor)).at(-1);
  const isInTerm = term !== undefined && (term.to === cursor || term.unclosedAt !== undefined);
  if (!isInTerm) return { from: cursor, to: cursor, options: keyOptions('') };
  const key = filterKeys.find((known) => known === term.key?.toLowerCase());
  if (term.key === undefined) return ofKeys(term, cursor);
  return key ? ofValues(key, term, cursor, facets) : { from: cursor, to: cursor, options: [] };
}

function ofKeys(term: RawTerm, cursor: number): Completions {
  const word = term.value;
  return { from: cursor - word.length, to: cursor, options: keyOptions(word) };
}

function keyOptions(start: string): Completion[] {
  return filterKeys
    .filter((key) => key.startsWith(start.toLowerCase()))
    .map((key) => ({
      insert: key === 'duration' || key === 'cost' ? `${key}>` : `${key}:`,
      hint: filterExamples[key],
    }));
}

function ofValues(key: FilterKey, term: RawTerm, cursor: number, facets: Facets): Completions {
  const typed = lastAlternative(term.value);
  const start = foldAscii(typed.replace(/^"/, ''));
  const options = valuesOf[key](facets)
    .filter((value) => foldAscii(value).includes(start))
    .sort((a, b) => Number(foldAscii(b).startsWith(start)) - Number(foldAscii(a).startsWith(start)))
    .slice(0, maxOptions)
    .map((value) => ({ insert: formatPattern([value]) }));
  return { from: cursor - typed.length, to: cursor, options };
}

/** What is typed of the value after the last comma outside quotes. */
function lastAlternative(value: string): string {
  let isQuoted = false;
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '"' && value[at - 1] !== '\\') isQuoted = !isQuoted;
    else if (value[at] === ',' && !isQuoted) from = at + 1;
  }
  return value.slice(from);
}

const valuesOf = {
  app: (facets) => facets.apps,
  session: () => [],
  agent: (facets) => ['main', ...facets.agents],
  tool: (facets) => facets.tools,
  name: (facets) => facets.names,
  outcome: () => outcomes,
  model: (facets) => facets.models,
  branch: (facets) => facets.branches,
  user: (facets) => (facets.users.length > 0 ? ['me', ...facets.users] : []),
  host: (facets) => facets.hosts,
  repo: (facets) => facets.repos,
  provider: (facets) => facets.providers,
  label: (facets) => facets.labels,
  is: () => Object.keys(isNames),
  duration: () => ['1s', '10s', '30s', '1m', '5m'],
  cost: () => ['0.1', '0.5', '1', '5', '10'],
  since: () => ['10m', '1h', '2h', '1d', '1w'],
  until: () => ['10m', '1h', '2h', '1d', '1w'],
} as const satisfies Record<FilterKey, (facets: Facets) => readonly string[]>;
