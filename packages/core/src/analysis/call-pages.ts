import type { Answer, Call } from './calls.ts';

/** Calls of a session as the store keeps them: numbers in one text, words in another that may be taken away. */
export interface CallPage {
  /** Ms: when the first and the last of them began. */
  from: number;
  to: number;
  /** JSON, column by column. */
  numbers: string;
  /** JSON; absent where no call has any. */
  words?: string;
}

/** Short names, as there is one such text for a hundred calls. */
interface Numbers {
  /** When it began: the first as it is, each next by its distance. */
  a: number[];
  /** Index into `T`. */
  t: number[];
  T: string[];
  /** Index into `S`. */
  s: number[];
  S: Call['state'][];
  d: (number | null)[];
  g: number[];
  G: string[];
  /** Of calls with a permission: index, whether it was asked, waited, answer, who decided. */
  p: [index: number, isAsked: 0 | 1, waitedMs: number | null, answer: Answer | null, decidedBy: string | null][];
}

interface Words {
  /** Of failed calls: index, the call, what went wrong. */
  f: [index: number, words: string, errorLine: string | null][];
  /** Of calls that were asked for: index, rule, settings. */
  r: [index: number, rule: string, settings: string | null][];
}

/** Of at least one call. */
export function packCalls(calls: readonly Call[]): CallPage {
  const sorted = [...calls].sort((a, b) => a.at - b.at);
  const numbers: Numbers = { a: [], t: [], T: [], s: [], S: [], d: [], g: [], G: [], p: [] };
  const words: Words = { f: [], r: [] };
  let before = 0;
  for (const [index, call] of sorted.entries()) {
    numbers.a.push(call.at - before);
    before = call.at;
    numbers.t.push(indexIn(numbers.T, call.tool));
    numbers.s.push(indexIn(numbers.S, call.state));
    numbers.g.push(indexIn(numbers.G, call.agent));
    numbers.d.push(call.durationMs ?? null);
    const { isAsked, waitedMs, answer, decidedBy, suggested } = call;
    if (isAsked || answer !== undefined)
      numbers.p.push([index, isAsked ? 1 : 0, waitedMs ?? null, answer ?? null, decidedBy ?? null]);
    if (call.state === 'failed') words.f.push([index, call.words, call.errorLine ?? null]);
    if (suggested) words.r.push([index, suggested.rule, suggested.settings ?? null]);
  }
  const hasWords = words.f.length + words.r.length > 0;
  return {
    from: sorted[0]?.at ?? 0,
    to: sorted.at(-1)?.at ?? 0,
    numbers: JSON.stringify(numbers),
    ...(hasWords && { words: JSON.stringify(words) }),
  };
}

/** `words` absent: they are no longer kept, and calls have none. */
export function unpackCalls(page: { numbers: string; words?: string | null }): Call[] {
  const { a, t, T, s, S, d, g, G, p } = JSON.parse(page.numbers) as Numbers;
  let at = 0;
  const calls = a.map((step, index): Call => {
    at += step;
    const call: Call = {
      ...{ at, tool: T[t[index] ?? 0] ?? '', state: S[s[index] ?? 0] ?? 'unknown-end', words: '' },
      ...{ agent: G[g[index] ?? 0] ?? '', isAsked: false },
    };
    const durationMs = d[index];
    if (typeof durationMs === 'number') call.durationMs = durationMs;
    return call;
  });
  for (const [index, isAsked, waitedMs, answer, decidedBy] of p) {
    const call = calls[index];
    if (!call) continue;
    call.isAsked = isAsked === 1;
    if (waitedMs !== null) call.waitedMs = waitedMs;
    if (answer !== null) call.answer = answer;
    if (decidedBy !== null) call.decidedBy = decidedBy;
  }
  if (page.words) addWords(calls, JSON.parse(page.words) as Words);
  return calls;
}

function addWords(calls: readonly Call[], { f, r }: Words): void {
  for (const [index, words, errorLine] of f) {
    const call = calls[index];
    if (!call) continue;
    call.words = words;
    if (errorLine !== null) call.errorLine = errorLine;
  }
  for (const [index, rule, settings] of r) {
    const call = calls[index];
    if (call) call.suggested = settings === null ? { rule } : { rule, settings };
  }
}

function indexIn<T>(list: T[], value: T): number {
  const known = list.indexOf(value);
  return known >= 0 ? known : list.push(value) - 1;
}
