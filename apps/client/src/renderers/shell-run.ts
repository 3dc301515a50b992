import { isRecord, type OpenedAction } from '../opened/opened-action.ts';
import { duration } from '../words/time.ts';

export interface ShellRun {
  command: string;
  description?: string | undefined;
  /** `exit 3`, `in background`, `stopped after 2 m`. */
  facts: string[];
  output: string;
  errors: string;
  /** It ended, and said nothing. */
  isSilent: boolean;
}

/** What a shell call did, from its input and whichever shape its answer has. */
export function shellRun({ input, response, error, outcome }: OpenedAction): ShellRun {
  const fields = isRecord(response) ? response : {};
  const failure = failureOf(error ?? '');
  const output =
    text(fields.stdout) || (typeof response === 'string' ? response : textBlocks(response)) || failure.output;
  const errors = text(fields.stderr);
  const facts: string[] = [];
  if (failure.exit !== undefined) facts.push(`exit ${failure.exit}`);
  if (input.run_in_background === true || fields.backgroundTaskId !== undefined) facts.push('in background');
  if (fields.interrupted === true || outcome === 'interrupted') facts.push('interrupted');
  if (typeof input.timeout === 'number') facts.push(`at most ${duration(input.timeout)}`);
  return {
    command: text(input.command),
    description: text(input.description) || undefined,
    facts,
    output,
    errors,
    isSilent: outcome !== undefined && output === '' && errors === '' && outcome !== 'denied',
  };
}

/** A failed shell's error is its exit code on the first line, then its output. */
function failureOf(error: string): { exit?: number; output: string } {
  const exit = /^\s*Exit code (\d+)[^\S\n]*\n?/.exec(error);
  return exit ? { exit: Number(exit[1]), output: error.slice(exit[0].length) } : { output: error };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function textBlocks(value: unknown): string {
  const blocks = Array.isArray(value) ? value : isRecord(value) && Array.isArray(value.content) ? value.content : [];
  return blocks.flatMap((block) => (isRecord(block) && typeof block.text === 'string' ? [block.text] : [])).join('\n');
}
