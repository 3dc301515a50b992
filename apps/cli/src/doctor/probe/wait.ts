import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer or the time is over; then undefined. It asks once at least. */
export async function waitUntil<T>(
  untilMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  for (let pauseMs = 20; ; pauseMs = Math.min(250, pauseMs * 1.5)) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= untilMs) return answer;
    await sleep(pauseMs);
  }
}
