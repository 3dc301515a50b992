import { dashboards } from '@telltale/observability/grafana/files.ts';
import { queriesOf } from '@telltale/observability/grafana/queries-in.ts';
import { countOf } from '@telltale/observability/query/events.ts';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { logsPayload, send } from '../stack/payloads.ts';
import { logql, only } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What observability/README.md says of Loki's limits. */
describe.skipIf(!(await requiresStack()))('Loki', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack({ start: ['collector', 'loki', 'telltale'] });
  }, 300_000);
  afterAll(() => stack?.stop());

  it('refuses an event that comes more than six hours after a newer one of its kind; Telltale keeps it', async () => {
    const now = Date.now() - minute;
    const kept = { newest: now, late: now - 6 * hour + minute };
    const refused = now - 6 * hour - minute;
    for (const [session, at] of [...Object.entries(kept), ['too-late', refused] as const]) {
      const attributes = { 'session.id': session, 'event.sequence': 1, request_id: session };
      expect(await send(stack.otlp, 'logs', logsPayload([{ name: 'api_request', at, attributes }]))).toBe(200);
      // One after the other: which is the newest must be known.
      await waitFor(`${session} in Telltale`, async () => (await known(session)) === 1, 60_000);
      if (session in kept) await waitFor(`${session} in Loki`, async () => (await found(session)) === 1, 60_000);
    }
    await waitFor('the refusal', async () =>
      /^loki_discarded_samples_total\{.*too_far_behind.*\} 1$/m.test(await counters()),
    );
    expect(await found('too-late')).toBe(0);
  });

  it('takes a query that chooses 1,760 sessions in every panel, 3,530 in all but two, 3,540 in none', async () => {
    const queries = Object.entries(dashboards)
      .flatMap(([name, dashboard]) => queriesOf(name, dashboard))
      .filter(({ language, isLines }) => language === 'loki' && !isLines);
    const refusing = async (sessions: number) => {
      const chosen = Array.from(
        { length: sessions },
        (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
      );
      const places: string[] = [];
      for (const { place, text } of queries) {
        const asked = await fetch(`${stack.loki}/loki/api/v1/query`, {
          method: 'POST',
          body: new URLSearchParams({ query: filledIn(text, { variables: { sessions: chosen.join('|') } }) }),
        });
        if (asked.status === 200) continue;
        expect(await asked.text()).toMatch(/too long/);
        places.push(place.replace(/ \(.*/, ''));
      }
      return places;
    };
    expect(await refusing(1_760)).toEqual([]);
    expect(await refusing(3_530)).toEqual([
      'tools: Which share of them failed?',
      'context: How many tokens did compaction save?',
    ]);
    expect(await refusing(3_540)).toHaveLength(queries.length);
  });

  const known = async (session: string) => (await stack.service.events(`session=${session}`)).length;
  const found = async (session: string) =>
    only(await logql(stack.loki, countOf({ name: 'api_request', range: '12h', where: `| session_id="${session}"` })));
  const counters = async () => (await fetch(`${stack.loki}/metrics`)).text();
});
