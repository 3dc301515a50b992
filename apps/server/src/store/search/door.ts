import type { SearchAnswer } from '@telltale/core/search-view';
import type { Database } from 'better-sqlite3';
import type { GroupCommit } from '../group-commit.ts';
import type { EventReader } from '../read-events.ts';
import type { Transcripts } from '../transcripts.ts';
import { createSearchAnswer, type SearchQuery } from './answer.ts';
import { createSearchBuild, type SearchBuild } from './build.ts';
import { createSearchIndex } from './search-index.ts';
import { createSearchSources } from './sources.ts';

/** The full-text search: what is asked, and what works in the background. */
export interface Search extends SearchBuild {
  answer(query: SearchQuery): SearchAnswer;
}

export interface SearchDeps {
  commits: GroupCommit;
  reader: EventReader;
  transcripts: Transcripts;
  onProblem(problem: string, error: unknown): void;
}

export function createSearch(database: Database, { commits, reader, transcripts, onProblem }: SearchDeps): Search {
  const index = createSearchIndex(database);
  const sources = createSearchSources(database, { reader, transcripts });
  const build = createSearchBuild(database, { commits, index, sources, onProblem });
  const answer = createSearchAnswer(database, { index, sources, progress: build.progress, onLost: build.rebuild });
  return { ...build, answer };
}
