import { present } from '@telltale/core/present';
import { searchKinds } from '@telltale/core/search';
import { searchAnswerSchema, searchOrders } from '@telltale/core/search-view';
import * as z from 'zod';
import { visitorOf } from '../access/visitor.ts';
import { readAskedFilter } from '../asked-filter.ts';
import type { Store } from '../store/store.ts';
import { answer, cursorLike, instant, limitUpTo, type Route, route, textUpTo } from './route.ts';

const searchQuery = z.object({
  q: textUpTo(500).default('').describe('Words that must occur; "a phrase", -without, one OR other, begin*'),
  kind: z.enum(searchKinds, { error: `must be one of ${searchKinds.join(', ')}` }).optional(),
  app: textUpTo(300).optional(),
  model: textUpTo(300).optional(),
  user: textUpTo(300).optional(),
  tool: textUpTo(300).optional(),
  session: textUpTo(300).optional().describe('Only this session'),
  from: instant().optional().describe('Only what was said at or after this time'),
  to: instant().optional().describe('Only what was said before this time'),
  filter: textUpTo(2000)
    .optional()
    .describe('What must hold for the session, in the filter grammar: branch:main is:failed'),
  order: z.enum(searchOrders, { error: `must be one of ${searchOrders.join(', ')}` }).default('newest'),
  cursor: cursorLike(/^(n\d{1,16}|b\d{1,16}-\d{1,9})$/).optional(),
  limit: limitUpTo(100, 20),
});

export interface SearchRoutesDeps {
  store: Store;
  now: () => number;
  timeZone: string;
}

/** Words in everything that was said and done, in all sessions. */
export function searchRoutes({ store, now, timeZone }: SearchRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/search',
      summary: 'Prompts, answers, tool inputs and results with these words, by session; newest first or best first.',
      query: searchQuery,
      answers: { 200: answer('Hits; none where q has no word.', searchAnswerSchema) },
      async handle(context, { q, order, limit, from, to, filter: asked = '', ...conditions }) {
        const filter = readAskedFilter(asked, { timeZone, me: visitorOf(context).user });
        if ('error' in filter) return context.json({ error: `filter: ${filter.error}` }, 400);
        if (filter.terms.some(({ kind }) => kind === 'text'))
          return context.json({ error: 'filter: words are searched by q' }, 400);
        // The other way round it does happen: what is best is followed by what is older.
        if (order === 'newest' && conditions.cursor?.startsWith('b'))
          return context.json({ error: 'cursor is of a page that was ordered by best' }, 400);
        return context.json(
          await store.searchBeside({
            ...{ q, order, limit, now: now() },
            ...present({
              ...conditions,
              filter: filter.terms.length > 0 ? filter : undefined,
              fromMs: from === undefined ? undefined : Date.parse(from),
              toMs: to === undefined ? undefined : Date.parse(to),
            }),
          }),
        );
      },
    }),
  ];
}
