import { createInterface, type Interface } from 'node:readline/promises';
import { Problem } from './problem.ts';

/** One for all questions: what is typed while another is made would be lost, or be heard twice. */
let lines: Interface | undefined;

/** Asks who sits there; the end of the input is a no to everything. */
export async function ask(question: string): Promise<string> {
  lines ??= createInterface({ input: process.stdin, output: process.stdout });
  const ended = new AbortController();
  const onClose = () => ended.abort();
  lines.once('close', onClose);
  try {
    return (await lines.question(question, { signal: ended.signal })).trim();
  } catch {
    throw new Problem('Nothing was done.');
  } finally {
    lines.off('close', onClose);
    // Nobody has to wait for more: the process may end.
    lines.pause();
  }
}

export async function confirm(question: string, isYesUsual: boolean): Promise<boolean> {
  const answer = (await ask(`${question} ${isYesUsual ? '[Y/n]' : '[y/N]'} `)).toLowerCase();
  return answer === '' ? isYesUsual : answer === 'y' || answer === 'yes';
}
