import { describe, expect, it } from 'vitest';
import { hashOf, keptFor, newSecret } from '../../apps/server/src/access/secret.ts';
import { bearer, targetFor } from './targets.ts';

describe('guessing a token', () => {
  const target = targetFor('beyond loopback, with tokens');
  const status = async (authorization: string) =>
    (await fetch(`${target.current.url}/api/sessions`, { headers: { authorization } })).status;

  it('works with no part, case or neighbour of it, nor by another scheme', async () => {
    const token = target.current.tokens.viewer?.token ?? '';
    const guesses = [
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      token.slice(4),
      `ttk_${'A'.repeat(43)}`,
      '*',
      `${token.slice(0, 5)}%`,
    ];
    for (const guess of guesses) expect([guess, await status(`Bearer ${guess}`)]).toEqual([guess, 401]);
    expect(await status(`Basic ${Buffer.from(`x:${token}`).toString('base64')}`)).toBe(401);
    expect(await status(`Bearer ${token}`)).toBe(200);
    for (const path of [`/api/sessions?token=${token}`, `/api/sessions?access_token=${token}`]) {
      expect((await fetch(target.current.url + path)).status).toBe(401);
    }
  });

  it('is stopped after some dozens of tries, while who has one comes in', async () => {
    let tries = 0;
    while (tries < 200 && (await status(`Bearer ttk_${newSecret()}`)) === 401) tries++;
    // 600 at once, 20 of them for each; 10 a second come back.
    expect(tries).toBeLessThan(120);
    expect(await status(bearer(target.current.tokens.viewer).authorization ?? '')).toBe(200);
  });

  it('learns nothing by the time: a guess that is nearly right takes as long as any, unlike in a plain comparison', () => {
    const secret = newSecret();
    const kept = new Map([[hashOf(secret).toString('hex'), { hash: hashOf(secret) }]]);
    const near = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
    const far = `${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`;
    const find = (guess: string) => keptFor(kept, hashOf(guess)) !== undefined;
    const compare = (guess: string) => sameAsLong(guess, secret);
    expect([find(secret), find(near), find(far), compare(near)]).toEqual([true, false, false, false]);
    const ratioOf = (look: (guess: string) => boolean) =>
      timeOf(
        () => look(near),
        () => look(far),
      );
    // Medians of many short turns, each beside the other: what else runs on the machine hits both.
    expect(Math.abs(Math.log(ratioOf(find)))).toBeLessThan(Math.log(1.5));
    expect(ratioOf(compare), 'the control').toBeGreaterThan(2);
  });
});

/** Ends at the first character that differs, as comparisons do. */
function sameAsLong(a: string, b: string): boolean {
  for (let at = 0; at < b.length; at++) if (a.charCodeAt(at) !== b.charCodeAt(at)) return false;
  return a.length === b.length;
}

/** How much longer the first takes than the second. */
function timeOf(first: () => boolean, second: () => boolean): number {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 400; turn++) {
    for (const [which, look] of [first, second].entries()) {
      const start = process.hrtime.bigint();
      for (let n = 0; n < 100; n++) look();
      // The first turns run before the code is compiled.
      if (turn >= 100) times[which as 0 | 1].push(Number(process.hrtime.bigint() - start));
    }
  }
  const [one, other] = times.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN);
  return (one ?? Number.NaN) / (other ?? Number.NaN);
}
