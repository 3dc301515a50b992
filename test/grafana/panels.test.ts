import { thresholdNames, thresholds } from '@telltale/core/thresholds';
import { alertRules } from '@telltale/observability/grafana/alerts/rules.ts';
import { dashboards } from '@telltale/observability/grafana/files.ts';
import { type PlacedQuery, queriesOf, variableQueries } from '@telltale/observability/grafana/queries-in.ts';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { chosenSessions } from '@telltale/observability/query/scope.ts';
import { total as exactTotal } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { metricsPayload, send } from '../stack/payloads.ts';
import { loglines, only, promql, type Sample } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { ask, steps } from './ask.ts';
import { sendHook } from './hook.ts';
import { costOf, type FakeRequest, type FakeSession, requestsOf, sessionPayloads, tokensOf } from './sessions.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Math.floor(Date.now() / 1000) * 1000;
const opus = 'claude-opus-5-5';
const haiku = 'claude-haiku-4-5';

const request = (ago: number, costUsd: number, model = opus, agent?: string): FakeRequest => ({
  ...{ at: now - ago, model, costUsd, input: 101, output: 57, cacheRead: 2044, cacheCreation: 252 },
  ...(agent && { agent }),
});
const id = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-00000000000${n}`;

/** Every way to tell a project and a person, both temporalities, a resumed and a large, a silent and an old session. */
const shop: FakeSession = {
  ...{ id: id(1), temporality: 'cumulative', project: 'shop', email: 'ada@example.com' },
  hooks: { project: 'not-shop', user: 'ada' },
  runs: [
    [request(100 * minute, 0.1234567), request(70 * minute, 0.25, opus, 'Explore'), request(5 * minute, 0.0312504)],
  ],
  mishapsAt: now - 5 * minute,
};
const garden: FakeSession = {
  ...{ id: id(2), temporality: 'delta', hooks: { project: 'garden', user: 'bob' } },
  runs: [[request(90 * minute, 0.5, haiku), request(30 * minute, 0.75, haiku)]],
};
const bare: FakeSession = {
  ...{ id: id(3), temporality: 'cumulative' },
  runs: [[request(80 * minute, 0.0000123), { ...request(20 * minute, 0.0600001), cacheCreation: 50_000 }]],
};
const resumed: FakeSession = {
  ...{ id: id(4), temporality: 'cumulative', project: 'shop', email: 'ada@example.com' },
  runs: [
    [request(60 * minute, 0.4), request(50 * minute, 0.2)],
    [request(40 * minute, 0.1), request(10 * minute, 0.7)],
  ],
};
const old: FakeSession = {
  ...{ id: id(5), temporality: 'cumulative', project: 'attic', email: 'carol@example.com' },
  runs: [[request(4 * day, 2), request(4 * day - minute, 1)]],
};
const unheard: FakeSession = {
  ...{ id: id(6), temporality: 'cumulative', isSilent: true, hooks: { project: 'cellar', user: 'dan' } },
  runs: [[request(15 * minute, 99)]],
};
const all = [shop, garden, bare, resumed, old, unheard];
const recent = all.filter((session) => session !== old);

const queries: PlacedQuery[] = Object.entries(dashboards).flatMap(([name, dashboard]) => [
  ...queriesOf(name, dashboard),
  ...variableQueries(name, dashboard),
]);
const asked = (from: number, to: number, variables: Record<string, string> = {}) => ({
  ...{ fromMs: from, toMs: to, intervalS: 300, variables },
});
const wide = asked(now - 6 * day, now);

describe.skipIf(!(await requiresStack()))('dashboards on real data', () => {
  let stack: Stack;
  /** When everything has arrived and was scraped. */
  let end: number;

  beforeAll(async () => {
    const limits = alertRules.map(({ labels }) => [variableOf(labels.threshold), '0.000001']);
    stack = await createStack({
      serviceEnv: Object.fromEntries(limits),
      replace: {
        prometheus: { 'scrape_interval: 15s': 'scrape_interval: 3s' },
        // Loki asks its memory for three hours; what happened earlier is found once it is on disk.
        loki: { 'chunk_idle_period: 1h': 'chunk_idle_period: 1h\n  flush_check_period: 1s' },
      },
    });
    for (const { hooks, id } of all) if (hooks) await sendHook(stack, id, hooks);
    const payloads = all.flatMap(sessionPayloads).sort((a, b) => a.at - b.at);
    for (const { signal, payload } of payloads) expect(await send(stack.otlp, signal, payload)).toBe(200);
    // Too far in the future for Prometheus, which refuses it for good: the loss that panels and alerts must show.
    const lost = { startedAt: now, at: now + day, value: 1, attributes: { 'session.id': 'lost' } };
    await send(stack.otlp, 'metrics', metricsPayload([{ name: 'claude_code.commit.count', points: [lost] }]));
    await arrived(stack);
    end = Date.now();
  }, 300_000);
  afterAll(() => stack?.stop());

  it('every query gives numbers (T20)', { timeout: 300_000 }, async () => {
    const empty: string[] = [];
    for (const query of queries) {
      // Bars and courses: the last minutes, in steps in which this young stack was scraped.
      const time = query.isInstant || query.isLines ? wide : { ...wide, fromMs: end - 20 * minute, intervalS: 6 };
      const samples = await ask(stack, query, { ...time, toMs: end }).catch((error: unknown) => {
        throw new Error(`${query.place}: ${String(error)}`);
      });
      if (samples.length === 0) empty.push(query.place);
      expect(
        samples.filter(({ value }) => !Number.isFinite(value)),
        query.place,
      ).toEqual([]);
    }
    expect(empty).toEqual([]);
  });

  it('the same total is the same number wherever it is shown, and is the truth', async () => {
    const cost = costOf(all);
    const tokens = tokensOf(all);
    const shown = async (place: string, language = 'prometheus') =>
      total(await ask(stack, queryAt(place, language), { ...wide, toMs: end }));
    for (const place of ['overview: What did it cost?', 'cost: What did it cost?', 'session: What did it cost?']) {
      expect(await shown(place), place).toBeCloseTo(cost, 9);
    }
    for (const place of [
      'overview: Which projects cost the most?',
      'overview: Which users cost the most?',
      'cost: Which models cost the most?',
      'cost: Which users cost the most?',
      'cost: Which projects cost the most?',
      'cost: What did subagents cost?',
      'cost: Which sessions cost the most?',
      'team: What does each person do with it?',
      'pipeline: Do metrics and events agree on the money?',
      'pipeline: Which sessions do they disagree on?',
    ]) {
      expect(await shown(place), place).toBeCloseTo(cost, 9);
    }
    expect(await shown('pipeline: Do metrics and events agree on the money?', 'loki')).toBeCloseTo(cost, 9);
    // The control: what other dashboards ask, on the same data.
    const usual = await promql(stack.prometheus, 'sum(increase(claude_code_cost_usage_USD_total[6d]))', end);
    expect(Math.abs(only(usual) - cost)).toBeGreaterThan(0.1);
    for (const place of [
      'overview: How many tokens?',
      'overview: Which kinds of tokens?',
      'session: How many tokens?',
    ]) {
      expect(await shown(place), place).toBe(tokens);
    }
    expect(await shown('pipeline: Do metrics and events agree on the tokens?')).toBe(tokens);
    expect(await shown('pipeline: Do metrics and events agree on the tokens?', 'loki')).toBe(tokens);
  });

  it('projects and people come from the client, else from hooks, else they have no name', async () => {
    const shown = async (place: string) => byLabel(await ask(stack, queryAt(place), { ...wide, toMs: end }), place);
    expect(rounded(await shown('cost: Which projects cost the most?'))).toEqual(
      rounded({
        shop: costOf([shop, resumed]),
        garden: costOf([garden]),
        attic: costOf([old]),
        unlabelled: costOf([bare]),
      }),
    );
    expect(rounded(await shown('cost: Which users cost the most?'))).toEqual(
      rounded({
        'ada@example.com': costOf([shop, resumed]),
        'carol@example.com': costOf([old]),
        bob: costOf([garden]),
        '333333330000': costOf([bare]),
      }),
    );
  });

  it.each([
    ['a project of the client', { project: 'shop' }, [shop, resumed]],
    ['a project of hooks', { project: 'garden' }, [garden]],
    ['no project', { project: 'unlabelled' }, [bare]],
    ['two projects', { project: '(attic|garden)' }, [old, garden]],
    ['a person', { user: 'ada@example\\\\.com' }, [shop, resumed]],
    ['a person in a project', { project: 'garden', user: 'ada@example\\\\.com' }, []],
    ['a model', { model: haiku }, [garden]],
    ['a session', { session: bare.id }, [bare]],
  ])(
    'a dashboard that shows %s shows that, in metrics and events',
    async (_, variables: Record<string, string>, expected) => {
      const here = { ...asked(wide.fromMs, end, variables) };
      const text = filledIn(chosenSessions, here);
      const chosen = (await promql(stack.prometheus, text, end)).map(({ labels }) => labels.session_id).join('|');
      const filled = asked(wide.fromMs, end, { ...variables, sessions: chosen });
      const place = 'pipeline: Do metrics and events agree on the money?';
      expect(total(await ask(stack, queryAt(place), filled))).toBeCloseTo(costOf(expected), 9);
      expect(total(await ask(stack, queryAt(place, 'loki'), filled))).toBeCloseTo(costOf(expected), 9);
      expect(total(await ask(stack, queryAt('cost: Which projects cost the most?'), filled))).toBeCloseTo(
        costOf(expected),
        9,
      );
    },
  );

  it('every query gives numbers on data without a project, too', { timeout: 300_000 }, async () => {
    const filled = asked(now - 2 * hour, end, { sessions: [bare.id, garden.id].join('|') });
    const totals = queries.filter(
      ({ text, place }) => text.includes('cost_usage') && !/commit|skill|subagent|silent/.test(place),
    );
    expect(totals.length).toBeGreaterThan(15);
    for (const query of totals) {
      const samples = await ask(stack, query, filled);
      expect(samples.length, query.place).toBeGreaterThan(0);
      expect(
        samples.filter(({ value }) => !Number.isFinite(value)),
        query.place,
      ).toEqual([]);
    }
  });

  it.each([60, 300, 3600])('bars of %i seconds add up to the total of their time (T17)', async (intervalS) => {
    const [fromMs, toMs] = [Math.floor((now - 2 * hour) / hour) * hour, Math.floor(now / hour) * hour];
    const filled = { ...asked(fromMs, toMs), intervalS };
    const truth = costOf(recent, ({ at }) => at > fromMs && at <= toMs);
    expect(truth).toBeGreaterThan(0);
    for (const place of [
      'cost: When was the money spent?',
      'overview: What did each day cost, by model?',
      'cost: What did each day cost, by project?',
    ]) {
      expect(total(await ask(stack, queryAt(place), filled)), place).toBeCloseTo(truth, 9);
    }
    expect(total(await ask(stack, queryAt('overview: What did it cost?'), filled))).toBeCloseTo(truth, 9);
    // The control: the bars that other dashboards draw.
    const usual = `sum(increase(claude_code_cost_usage_USD_total[${intervalS}s]))`;
    expect(Math.abs(total(await steps(stack, 'prometheus', usual, filled)) - truth)).toBeGreaterThan(truth / 10);
  });

  it('coverage names who sends only one of the two, and who fell silent', async () => {
    const shown = async (place: string) => byLabel(await ask(stack, queryAt(place), { ...wide, toMs: end }), 'user');
    expect(await shown('team: Who sends hooks without telemetry?')).toEqual({ dan: 1 });
    expect(Object.keys(await shown('team: Who sends telemetry without hooks?')).sort()).toEqual([
      '333333330000',
      'ada@example.com',
      'carol@example.com',
    ]);
    expect(Object.keys(await shown('team: Who fell silent?'))).toEqual(['carol@example.com']);
  });
});

function variableOf(threshold: string | undefined): string {
  const known = thresholdNames.find((name) => name === threshold);
  if (known === undefined) throw new Error(`no variable sets the threshold ${threshold}`);
  return thresholds[known].variable;
}

async function arrived(stack: Stack): Promise<void> {
  const hasCome = async () => {
    const query = filledIn(exactTotal({ metric: 'cost' }), { ...wide, toMs: Date.now() });
    return only(await promql(stack.prometheus, query)) >= costOf(all) - 1e-9;
  };
  const requests = all.flatMap(requestsOf).length;
  await waitFor(
    'all events in Loki',
    async () =>
      (await loglines(stack.loki, '{service_name="claude-code", event_name="api_request"}', now - 6 * day, Date.now()))
        .length === requests,
    120_000,
  );
  await waitFor(
    'the last export of every session in Prometheus, parts that were scraped a few times and sessions that hooks told of',
    async () => {
      const seen = async (query: string, count: number) =>
        only(await promql(stack.prometheus, `count(${query})`)) >= count;
      return (
        (await hasCome()) &&
        (await seen('telltale_session_info', 3)) &&
        (await seen('telltale_threshold', alertRules.length)) &&
        (await seen('otelcol_exporter_send_failed_metric_points > 0', 1)) &&
        (await seen('sum_over_time(up[2m]) > 4', 4))
      );
    },
    180_000,
  );
}

function queryAt(place: string, language = 'prometheus'): PlacedQuery {
  const found = queries.find((query) => query.place.startsWith(`${place} (`) && query.language === language);
  if (!found) throw new Error(`no dashboard asks ${place}`);
  return found;
}

function total(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0);
}

function byLabel(samples: readonly Sample[], place: string): Record<string, number> {
  const label = /project/.test(place) ? 'project' : 'user';
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
}

function rounded(record: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Math.round(value * 1e9) / 1e9]));
}
