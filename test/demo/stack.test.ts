import { demoIdEnd } from '@telltale/core';
import { alertRules } from '@telltale/observability/grafana/alerts/rules.ts';
import { alertQueries } from '@telltale/observability/grafana/queries-in.ts';
import { countOf } from '@telltale/observability/query/events.ts';
import { total } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildCommand, telltale } from '../../apps/cli/fixtures/telltale.ts';
import { ask } from '../grafana/ask.ts';
import { requiresStack } from '../requires.ts';
import { logql, promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';

buildCommand();
const patienceMs = 120_000;
/** Whole ones: a sum of doubles must not fall to the other side of a half. */
const nanos = (usd: number) => Math.round(usd * 1e9);

describe.skipIf(!(await requiresStack()))('telltale demo --stack', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack();
  });
  afterAll(() => stack?.stop());

  it('tells Prometheus and Loki what it tells the service, and none of their alerts', async () => {
    const { home, url } = stack.service;
    const env = { HOME: home, TELLTALE_HOME: home, TELLTALE_URL: url };
    const ran = await telltale(['demo', '--stack', stack.otlp, '--json'], { env });
    expect(ran).toMatchObject({ code: 0, err: '' });
    const sessions = await stack.service.sessions();
    const costs = new Map<string, number>();
    for (const { app, costUsd = 0 } of sessions) costs.set(app, (costs.get(app) ?? 0) + costUsd);
    const truth = [...costs].map(([app, usd]) => [app, nanos(usd)]).sort();

    const asked = total({ metric: 'cost', by: ['project'], range: '8d' });
    await vi.waitFor(
      async () => {
        const shown = await promql(stack.prometheus, asked);
        expect(shown.map(({ labels, value }) => [labels.project, nanos(value)]).sort()).toEqual(truth);
      },
      { timeout: patienceMs, interval: 500 },
    );
    await waitFor(
      'the sessions in Loki',
      async () => {
        const told = await logql(stack.loki, countOf({ name: 'api_request', by: ['session_id'], range: '8d' }));
        if (told.length !== sessions.length) throw new Error(`${told.length} of ${sessions.length}`);
        return true;
      },
      patienceMs,
    );

    const budgets = alertRules.filter(({ labels }) => /^budget_/.test(labels.threshold ?? ''));
    const queries = budgets.flatMap((rule) => alertQueries(rule)).filter(({ text }) => text.includes(demoIdEnd));
    expect(queries).toHaveLength(3);
    const now = Date.now();
    const answers = async (text: string, query: (typeof queries)[number]) =>
      (await ask(stack, { ...query, text }, { fromMs: now - 600_000, toMs: now, intervalS: 60 })).length;
    for (const query of queries) {
      expect([query.place, await answers(query.text, query)]).toEqual([query.place, 0]);
      const control = query.text.replaceAll(demoIdEnd, '-of-nobody');
      expect([query.place, (await answers(control, query)) > 0]).toEqual([query.place, true]);
    }

    expect(await telltale(['demo', '--remove', '--yes'], { env })).toMatchObject({
      code: 0,
      out: expect.stringContaining('Prometheus and Loki of a stack cannot be told to forget'),
    });
    expect(await stack.service.sessions()).toEqual([]);
  });

  it('says so where no collector is', async () => {
    const { home, url } = stack.service;
    const env = { HOME: home, TELLTALE_HOME: home, TELLTALE_URL: url };
    const ran = await telltale(['demo', '--stack', 'http://127.0.0.1:9'], { env });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('No collector at http://127.0.0.1:9') });
    expect(await stack.service.sessions()).toEqual([]);
  });
});
