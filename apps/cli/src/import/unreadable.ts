import { Problem } from '../problem.ts';

/** What the disk refused, as a problem in words; any other error as it is. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined || path === undefined) return error;
  const isForbidden = code === 'EACCES' || code === 'EPERM';
  return new Problem(
    `Cannot read ${path} (${code})${isForbidden ? ': you may not, so have its owner copy it to you' : ''}.`,
  );
}
