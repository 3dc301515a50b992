import { createInterface } from 'node:readline/promises';
import { Problem } from './problem.ts';

/** Asks who sits there; an end of input is a no to everything. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const closed = new Promise<never>((_, reject) => {
      lines.once('close', () => reject(new Problem('Nothing was done.')));
    });
    return (await Promise.race([lines.question(question), closed])).trim();
  } finally {
    lines.removeAllListeners('close').close();
  }
}

export async function confirm(question: string, isYesUsual: boolean): Promise<boolean> {
  const answer = (await ask(`${question} ${isYesUsual ? '[Y/n]' : '[y/N]'} `)).toLowerCase();
  return answer === '' ? isYesUsual : answer === 'y' || answer === 'yes';
}
