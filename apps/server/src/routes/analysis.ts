import {
  type AnalysisInfo,
  analysisListSchema,
  analysisSchema,
  bucketSizes,
  maxBuckets,
} from '@telltale/core/analysis';
import { present } from '@telltale/core/present';
import * as z from 'zod';
import { isNameRow } from '../access/numbers-views.ts';
import { type Visitor, visitorOf } from '../access/visitor.ts';
import { analyses, analysisNamed, describeAnalyses } from '../analysis/table.ts';
import type { Store } from '../store/store.ts';
import { questionParameters, readQuestion } from './analysis-question.ts';
import { answer, instant, limitUpTo, problem, type Route, route, textUpTo } from './route.ts';

const hourMs = 60 * 60_000;

const query = z.object({
  ...questionParameters,
  by: textUpTo(100).optional().describe('What a row is; each analysis says what it can be'),
  bucket: z.enum(bucketSizes, { error: `must be one of ${bucketSizes.join(', ')}` }).optional(),
  row: textUpTo(2000).optional().describe('The key of a row: the answer names the sessions `behind` it, 40 at most'),
  at: instant().optional().describe('The beginning of a bucket: as `row`'),
  behind: z
    .enum(['all'], { error: 'must be all' })
    .optional()
    .describe('`all`: the answer names the sessions behind all rows, as `row` does for one'),
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
      handle: (context) => context.json({ analyses: analysesFor(visitorOf(context), store) }),
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
      async handle(context, { by, bucket, row, at, behind, limit, ...asked }) {
        const name = context.req.param('name') ?? '';
        const definition = analysisNamed(name);
        if (!definition) return context.json({ error: `there is no analysis ${name}; there are ${names}` }, 404);
        const refused = (error: string) => context.json({ error }, 400);
        if (by !== undefined && !Object.hasOwn(definition.by, by))
          return refused(`by must be one of ${Object.keys(definition.by).join(', ')}, got "${by}"`);
        const question = readQuestion(asked, { now: now(), timeZone, me: visitorOf(context).user });
        if ('refused' in question) return refused(question.refused);
        if (bucket === 'hour' && question.to - question.from > (maxBuckets - 2) * hourMs)
          return refused(`bucket hour needs a range of at most ${Math.floor(maxBuckets / 24)} days`);
        const more = present({ by, bucket, row, behind, at: at === undefined ? undefined : Date.parse(at) });
        return context.json(await store.analyse({ ...question, ...more, name, limit }));
      },
    }),
  ];
}

/** Without what a token for numbers would be refused, and without agents to choose from where there is one. */
function analysesFor({ scope }: Visitor, store: Store): AnalysisInfo[] {
  const areSeveral = store.facets().providers.length > 1;
  const isOffered = (key: string) => (scope !== 'numbers' || isNameRow(key)) && (key !== 'provider' || areSeveral);
  const all = describeAnalyses().map(({ by, ...info }) => ({ ...info, by: by.filter(({ key }) => isOffered(key)) }));
  return all.filter(({ by }) => by.length > 0);
}
