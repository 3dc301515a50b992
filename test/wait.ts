import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is there; fails with `what` and the last thing that went wrong. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  let problem = '';
  for (const until = Date.now() + timeoutMs; Date.now() < until; await sleep(25)) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      problem = `; last: ${String(error)}`;
    }
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}${problem}`);
}
