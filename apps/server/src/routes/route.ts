import { problemSchema } from '@telltale/core';
import type { Context } from 'hono';
import * as z from 'zod';

/** One answer a route may give; without a schema its body is `type`, or empty. */
export interface AnswerDescription {
  description: string;
  schema?: z.ZodType;
  type?: string;
  /** What it may be instead, where a parameter chooses. */
  otherTypes?: readonly string[];
}

/** What is told about a route in /openapi.json; the same schemas check what comes in. */
export interface RouteDescription {
  method: 'get' | 'post' | 'delete';
  /** Hono's spelling: `/api/events/:seq`. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  /** Schemas of the body by content type. */
  body?: Record<string, z.ZodType>;
  answers: Record<number, AnswerDescription>;
}

export interface Route extends RouteDescription {
  handle(context: Context): Response | Promise<Response>;
}

interface RouteDefinition<Q extends z.ZodObject> extends RouteDescription {
  query?: Q;
  handle(context: Context, query: z.infer<Q>): Response | Promise<Response>;
}

/** A route whose query is read by its schema; what does not fit is answered 400 with the rule and what came. */
export function route<Q extends z.ZodObject = z.ZodObject<Record<string, never>>>(
  definition: RouteDefinition<Q>,
): Route {
  const { query, answers } = definition;
  return {
    ...definition,
    answers: query ? { ...answers, 400: problem('A parameter that cannot be read.') } : answers,
    handle(context) {
      const read = (query ?? z.object({})).safeParse(givenOf(context.req.query()));
      if (!read.success) return context.json({ error: wordsOf(read.error) }, 400);
      return definition.handle(context, read.data as z.infer<Q>);
    },
  };
}

export function answer(description: string, schema: z.ZodType): AnswerDescription {
  return { description, schema };
}

export function problem(description: string): AnswerDescription {
  return { description, schema: problemSchema };
}

/** A count such as `limit`, from 1 to the most it may be. */
export function limitUpTo(most: number, usual: number) {
  return z.coerce
    .number({ error: `must be 1–${most}` })
    .int(`must be 1–${most}`)
    .min(1, `must be 1–${most}`)
    .max(most, `must be 1–${most}`)
    .default(usual);
}

/** A text of a parameter, with the most it may be. */
export function textUpTo(most: number) {
  return z.string().max(most, `must be at most ${most} characters`);
}

/** Where a list goes on; anything else would silently begin anew. */
export function cursorLike(shape: RegExp) {
  return z.string().regex(shape, 'must be the next of the page before').describe('next of the page before');
}

/** The number of an event or an entry, or of bytes. */
export function seqNumber() {
  const rule = 'must be a whole number from 0';
  return z.coerce.number({ error: rule }).int(rule).nonnegative(rule);
}

/** A time as ISO 8601, or as milliseconds since 1970; read as ISO 8601 in UTC. */
export function instant() {
  return z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text)))
    .refine((ms) => !Number.isNaN(new Date(ms).getTime()), 'must be a time such as 2026-11-20T14:00:00Z')
    .transform((ms) => new Date(ms).toISOString());
}

/** An empty parameter is an absent one: `?session=&app=api`. */
function givenOf(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

function wordsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
}
