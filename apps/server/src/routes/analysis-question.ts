import { priceWays } from '@telltale/core/analysis';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import type { AnalysisQuery } from '../analysis/definition.ts';
import { type FilterReader, readAskedFilter } from '../asked-filter.ts';
import { instant, textUpTo } from './route.ts';

const weekMs = 7 * 24 * 60 * 60_000;

/** What every question over many sessions may say: of which time, of which sessions. */
export const questionParameters = {
  from: instant().optional().describe('What was at or after this time; absent: 7 days before `to`; 0: everything'),
  to: instant().optional().describe('What was before this time; absent: now'),
  app: textUpTo(300).optional(),
  model: textUpTo(300).optional().describe('Requests of this model; where no requests are counted, sessions with one'),
  user: textUpTo(300).optional(),
  session: textUpTo(300).optional(),
  filter: textUpTo(2000).optional().describe('Which sessions, in the filter grammar: branch:main is:failed'),
  zone: textUpTo(100).optional().describe('Where days and hours are cut, such as Europe/Berlin; absent: TELLTALE_TZ'),
  prices: z.enum(priceWays, { error: `must be one of ${priceWays.join(', ')}` }).default('client'),
};

type Asked = z.infer<z.ZodObject<typeof questionParameters>>;
export type Question = Omit<AnalysisQuery, 'name' | 'limit'>;

/** The same as the store is asked; or what of it cannot be. */
export function readQuestion(
  { from: since, to: until, app, model, user, session, filter: text = '', zone, prices }: Asked,
  { now, timeZone: own, me }: FilterReader & { now: number },
): Question | { refused: string } {
  const timeZone = zone ?? own;
  if (!isZone(timeZone)) return { refused: `zone must be a time zone such as Europe/Berlin, got "${timeZone}"` };
  const filter = readAskedFilter(text, { timeZone, me });
  if ('error' in filter) return { refused: `filter: ${filter.error}` };
  const to = until === undefined ? now : Date.parse(until);
  const from = since === undefined ? to - weekMs : Date.parse(since);
  if (from > to) return { refused: 'from must be before to' };
  return {
    ...{ from, to, prices, timeZone, now },
    ...present({ app, model, user, session }),
    ...(filter.terms.length > 0 && { filter }),
  };
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch {
    // Intl's only way to say that it does not know the zone.
    return false;
  }
}
