import { type Analysis, analysisViews } from '@telltale/core/analysis';
import * as z from 'zod';
import { visitorOf } from '../access/visitor.ts';
import { describeAnalyses } from '../analysis/table.ts';
import { analysesHtml } from '../export/html/analyses.ts';
import type { Store } from '../store/store.ts';
import { questionParameters, readQuestion } from './analysis-question.ts';
import { type Route, route } from './route.ts';

const query = z.object({
  ...questionParameters,
  view: z
    .enum(analysisViews, { error: `must be one of ${analysisViews.join(', ')}` })
    .optional()
    .describe('Of one view of the page Analytics; absent: of all'),
});

/** More rows of an analysis are one row. */
const fewRows = 20;
const weekRows = 168;

export interface AnalysisFileDeps {
  store: Pick<Store, 'analyse'>;
  now: () => number;
  timeZone: string;
  version: string;
}

/** The numbers of the page Analytics, to keep and to send. */
export function analysisFileRoutes({ store, now, timeZone, version }: AnalysisFileDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/analysis.html',
      summary: 'All analyses of a time as one HTML file, without scripts: bars and tables of the same numbers.',
      query,
      answers: { 200: { description: 'The file.', type: 'text/html' } },
      async handle(context, { view, ...asked }) {
        const question = readQuestion(asked, { now: now(), timeZone, me: visitorOf(context).user });
        if ('refused' in question) return context.json({ error: question.refused }, 400);
        const told: Analysis[] = [];
        for (const { name, shape, view: of } of describeAnalyses()) {
          if (view !== undefined && of !== view) continue;
          told.push(await store.analyse({ ...question, name, limit: shape === 'week' ? weekRows : fewRows }));
        }
        const { app, model, user, session, filter } = asked;
        const facts = {
          ...{ version, timeZone: question.timeZone, prices: question.prices },
          exportedAt: new Date(question.now).toISOString(),
          // Of everything, the first that there is.
          from: told[0]?.from ?? new Date(question.from).toISOString(),
          to: new Date(question.to).toISOString(),
          conditions: [
            ...Object.entries({ project: app, model, user, session }).flatMap(([name, value]) =>
              value === undefined ? [] : [`${name} ${value}`],
            ),
            ...(filter === undefined ? [] : [filter]),
          ],
        };
        return context.body([...analysesHtml(told, facts)].join(''), 200, {
          'content-type': 'text/html; charset=utf-8',
          'content-disposition': `attachment; filename="telltale-${facts.from.slice(0, 10)}-${facts.to.slice(0, 10)}.html"`,
          'cache-control': 'no-store',
        });
      },
    }),
  ];
}
