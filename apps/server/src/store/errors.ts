import { SqliteError } from 'better-sqlite3';

export type StoreProblem = 'full' | 'unwritable' | 'corrupt' | 'locked' | 'newer' | 'closed' | 'failed';

/** What is wrong with the database, in one sentence for whoever runs the service. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly problem: StoreProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The SQLite or file system error behind a failed call as a StoreError; anything else stays what it is. */
export function storeErrorOf(error: unknown, file: string): unknown {
  if (error instanceof StoreError) return error;
  const code = error instanceof SqliteError || hasCode(error) ? error.code : '';
  const problem = problems.find(({ codes }) => codes.test(code));
  return problem ? new StoreError(problem.problem, problem.sentence(file), { cause: error }) : error;
}

const problems = [
  {
    codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    problem: 'full',
    sentence: (file) => `The disk that holds ${file} is full: free some space, nothing that was acknowledged is lost.`,
  },
  {
    codes: /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST)/,
    problem: 'unwritable',
    sentence: (file) => `${file} cannot be written: give this user the right to write the file and its folder.`,
  },
  {
    codes: /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    problem: 'corrupt',
    sentence: (file) =>
      `${file} is damaged or no Telltale database: move it away or restore a backup, then start again.`,
  },
  {
    codes: /^(SQLITE_BUSY|SQLITE_LOCKED)/,
    problem: 'locked',
    sentence: (file) => `${file} is in use by another Telltale: stop that one, or set TELLTALE_HOME to another folder.`,
  },
  {
    codes: /^SQLITE_IOERR/,
    problem: 'failed',
    sentence: (file) => `Reading or writing ${file} failed: check the disk.`,
  },
] as const satisfies { codes: RegExp; problem: StoreProblem; sentence: (file: string) => string }[];

function hasCode(error: unknown): error is { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
