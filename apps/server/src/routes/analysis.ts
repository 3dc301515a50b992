import { analysisListSchema, analysisSchema, bucketSizes, maxBuckets, priceWays } from '@telltale/core/analysis';
import { present } from '@telltale/core/present';
import { z } from 'zod';
import { analyses, analysisNamed, describeAnalyses } from '../analysis/table.ts';
import { readAskedFilter } from '../asked-filter.ts';
import type { Store } from '../store/store.ts';
import { answer, instant, limitUpTo, problem, type Route, route, textUpTo } from './route.ts';

const weekMs = 7 * 24 * 60 * 60_000;
const hourMs = 60 * 60_000;

const query = z.object({
  from: instant().optional().describe('What was at or after this time; absent: 7 days before `to`; 0: everything'),
  to: instant().optional().describe('What was before this time; absent: now'),
  app: textUpTo(300).optional(),
  model: textUpTo(300).optional().describe('Requests of this model; where no requests are counted, sessions with one'),
  user: textUpTo(300).optional(),
  session: textUpTo(300).optional(),
  filter: textUpTo(2000).optional().describe('Which sessions, in the filter grammar: branch:main is:failed'),
  by: textUpTo(100).optional().describe('What a row is; each analysis says what it can be'),
  bucket: z.enum(bucketSizes, { error: `must be one of ${bucketSizes.join(', ')}` }).optional(),
  zone: textUpTo(100).optional().describe('Where days and hours are cut, such as Europe/Berlin; absent: TELLTALE_TZ'),
  prices: z.enum(priceWays, { error: `must be one of ${priceWays.join(', ')}` }).default('client'),
  row: textUpTo(2000).optional().describe('The key of a row: the answer names the sessions `behind` it, 40 at most'),
  at: instant().optional().describe('The beginning of a bucket: as `row`'),
  limit: limitUpTo(1000, 50),
});

export interface AnalysisRoutesDeps {
  store: Store;
  now: () => number;
  timeZone: string;
}

/** What many sessions say together. */
export function analysisRoutes({ store, now, timeZone }: AnalysisRoutesDeps): Route[] {
  const names = Object.keys(analyses).join(', ');
  return [
    route({
      method: 'get',
      path: '/api/analysis',
      summary: 'Which analyses there are, and the question that each answers.',
      answers: { 200: answer('In the order of the page.', analysisListSchema) },
      handle: (context) => context.json({ analyses: describeAnalyses() }),
    }),
    route({
      method: 'get',
      path: '/api/analysis/:name',
      summary: `One analysis over all sessions of a time: ${names}.`,
      query,
      answers: {
        200: answer(
          'Dollars are list price. Rows beyond `limit` are one row, so that rows add up to `total`.',
          analysisSchema,
        ),
        404: problem('There is no such analysis.'),
      },
      async handle(context, asked) {
        const name = context.req.param('name') ?? '';
        const definition = analysisNamed(name);
        if (!definition) return context.json({ error: `there is no analysis ${name}; there are ${names}` }, 404);
        const refused = (error: string) => context.json({ error }, 400);
        const zone = asked.zone ?? timeZone;
        if (!isZone(zone)) return refused(`zone must be a time zone such as Europe/Berlin, got "${zone}"`);
        if (asked.by !== undefined && !Object.hasOwn(definition.by, asked.by))
          return refused(`by must be one of ${Object.keys(definition.by).join(', ')}, got "${asked.by}"`);
        const filter = readAskedFilter(asked.filter ?? '', zone);
        if ('error' in filter) return refused(`filter: ${filter.error}`);
        const to = asked.to === undefined ? now() : Date.parse(asked.to);
        const from = asked.from === undefined ? to - weekMs : Date.parse(asked.from);
        if (from > to) return refused('from must be before to');
        if (asked.bucket === 'hour' && to - from > (maxBuckets - 2) * hourMs)
          return refused(`bucket hour needs a range of at most ${Math.floor(maxBuckets / 24)} days`);
        const { by, app, model, user, session, bucket, row, at, limit, prices } = asked;
        const analysis = await store.analyse({
          ...{ name, from, to, prices, limit, timeZone: zone, now: now() },
          ...present({ by, app, model, user, session, bucket, row, at: at === undefined ? undefined : Date.parse(at) }),
          ...(filter.terms.length > 0 && { filter }),
        });
        return context.json(analysis);
      },
    }),
  ];
}

function isZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) !== undefined;
  } catch {
    return false;
  }
}
