import * as z from 'zod';

/** One number of an answer, by its labels. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** What a whole question to Prometheus or Loki may take; the page waits for it. */
const timeoutMs = 10_000;
/** Ids in one query; more would be a text that a back end refuses. */
const maxIdsPerQuery = 200;

const vectorSchema = z.object({
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** An instant query by the HTTP API that both share. What goes wrong is thrown as one sentence with the address. */
export async function ask(address: string, parameters: Record<string, string>): Promise<Sample[]> {
  const { origin } = new URL(address);
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    text = await response.text();
  } catch (error) {
    throw new Error(`${origin} does not answer: ${causeOf(error)}`);
  }
  if (!response.ok) throw new Error(`${origin} answers ${response.status}: ${text.trim().slice(0, 200)}`);
  const read = vectorSchema.safeParse(parsed(text));
  if (!read.success) throw new Error(`${origin} answers what is not understood: ${text.trim().slice(0, 80)}`);
  return read.data.data.result.flatMap(({ metric, value: [, number] }) => {
    const value = Number(number);
    return Number.isFinite(value) ? [{ labels: metric, value }] : [];
  });
}

/** In turns, so that no query names too many. */
export function turnsOf<T>(list: readonly T[], most = maxIdsPerQuery): T[][] {
  const turns: T[][] = [];
  for (let start = 0; start < list.length; start += most) turns.push(list.slice(start, start + most));
  return turns;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says so
  }
}

/** `fetch failed` alone says nothing; its cause does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
