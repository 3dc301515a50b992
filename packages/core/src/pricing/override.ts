import * as z from 'zod';
import { modelId } from './model-id.ts';
import type { PriceRow, Rates } from './table.ts';

const dollars = z.number().min(0);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-11-01');

const ratesSchema = z
  .strictObject({ input: dollars, output: dollars, cacheRead: dollars, write5m: dollars, write1h: dollars })
  .partial({ write5m: true, write1h: true });

const modelSchema = ratesSchema.extend({
  from: day.optional(),
  window: z.number().int().positive().optional(),
  fast: ratesSchema.optional(),
  long: ratesSchema.extend({ promptTokens: z.number().int().positive() }).optional(),
});

const fileSchema = z.strictObject({
  models: z.record(z.string().min(1), z.union([modelSchema, z.array(modelSchema).min(1)])),
});

/**
 * Prices of one's own, as JSON: `{"models": {"claude-opus-5-5": {"input": 4, "output": 20, "cacheRead": 0.2}}}` in dollars
 * per million tokens, or a list of such with `from` for prices that change; with `window`, the tokens that fit into the
 * model's context. What is wrong is said in one line.
 */
export function parsePrices(text: string): PriceRow[] | { rejected: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { rejected: `it is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) return { rejected: complaint(parsed.error, json) };
  const rows = Object.entries(parsed.data.models).flatMap(([name, said]) =>
    (Array.isArray(said) ? said : [said]).map((one) => rowOf(modelId(name), one)),
  );
  return twiceIn(rows) ?? rows;
}

function rowOf(model: string, { from, window, fast, long, ...rates }: z.infer<typeof modelSchema>): PriceRow {
  return {
    model,
    ...(from !== undefined && { from }),
    ...(window !== undefined && { window }),
    rates: whole(rates),
    ...(fast && { fast: whole(fast) }),
    ...(long && { long: { promptTokens: long.promptTokens, rates: whole(long) } }),
  };
}

/** Where a write has no price of its own it costs what it costs with every model of the built-in table. */
function whole({ input, output, cacheRead, write5m, write1h }: z.infer<typeof ratesSchema>): Rates {
  return { input, output, cacheRead, write5m: write5m ?? input * 1.25, write1h: write1h ?? input * 2 };
}

/** `models.claude-opus-5-5.input: expected number, got "4"`. */
function complaint(error: z.ZodError, json: unknown): string {
  const issue = deepest(error.issues[0]);
  if (!issue) return 'it is not understood';
  const came = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    json,
  );
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the whole';
  const got = came === undefined ? '' : `, got ${JSON.stringify(came).slice(0, 60)}`;
  return `${where}: ${issue.message.replace(/^Invalid input: /, '')}${issue.code === 'unrecognized_keys' ? '' : got}`;
}

/** Of a union the branch that came furthest: a mistake inside one price, not "no list". */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
  const best = deepest(inner);
  return best ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

function twiceIn(rows: readonly PriceRow[]): { rejected: string } | undefined {
  const seen = new Set<string>();
  for (const { model, from } of rows) {
    const key = `${model} ${from ?? ''}`;
    if (seen.has(key)) return { rejected: `models.${model}: two prices from ${from ?? 'the beginning'}` };
    seen.add(key);
  }
  return undefined;
}
