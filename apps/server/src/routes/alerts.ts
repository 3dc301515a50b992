import { alertsSchema, alertTestSchema } from '@telltale/core';
import type { Alerting } from '../alerts/alerting.ts';
import { answer, type Route, route } from './route.ts';

/** Which alerts there are, what they say, and where they go. */
export function alertRoutes(alerting: Pick<Alerting, 'view' | 'test'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/alerts',
      summary: 'Every alert rule with its threshold, what fires now, what was said, and where it is sent.',
      answers: { 200: answer('Alerts.', alertsSchema) },
      handle: (context) => context.json(alerting.view()),
    }),
    route({
      method: 'post',
      path: '/api/alerts/test',
      summary: 'Sends a message that is marked as a test to every target that is set, and says how each took it.',
      answers: { 200: answer('How each target took it; empty where none is set.', alertTestSchema) },
      handle: async (context) => context.json(await alerting.test()),
    }),
  ];
}
