import { describe, expect, it } from 'vitest';
import { asCollected, otlpBodies, otlpContext } from '../fixtures/otlp.ts';
import { servedIn, servedScenarios, sumOf } from '../fixtures/served.ts';
import type { TelltaleEvent } from './event.ts';
import { ledgerRowOf, modelBase, promptTraceOf, usdOfNanos } from './ledger.ts';
import { readLogs } from './sources/otlp.ts';

const eventsOf = (recording: string, as = <T>(body: T): T => body): TelltaleEvent[] =>
  otlpBodies(`${recording}-logs`)
    .flatMap((body) => readLogs(as(body), otlpContext).records)
    .map(({ event }, index) => ({ ...event, seq: index + 1 }));

const rowsOf = (events: readonly TelltaleEvent[]) => events.flatMap((event) => ledgerRowOf(event) ?? []);

const told = (payload: Record<string, unknown>): TelltaleEvent => ({
  ...{ seq: 1, id: 'e-1', source: 'otel', name: 'api_request', app: 'shop', summary: '' },
  ...{ at: '2026-11-21T09:00:00.000Z', model: 'claude-opus-5-5', payload },
});

describe('the recorded requests', () => {
  for (const recording of servedScenarios)
    it(`of ${recording} are those that the API served, to the token and a thousandth of a micro-dollar`, () => {
      const rows = rowsOf(eventsOf(recording));
      const { requests } = servedIn(recording);
      expect(rows.map(({ id }) => id).sort()).toEqual(requests.map(({ requestId }) => requestId).sort());
      for (const request of requests) {
        const row = rows.find(({ id }) => id === request.requestId);
        const { micros, tokens } = sumOf([request]);
        expect(row?.costNanos).toBe(Math.round(micros * 1000));
        expect(row?.tokens).toEqual(tokens);
        expect(row?.agentId !== undefined).toBe(request.kind === 'subagent');
      }
      expect(rows).toEqual(rowsOf(eventsOf(recording, asCollected)));
    });

  it('say who asked, for which prompt, and how long it took', () => {
    const events = eventsOf('subagents');
    const row = rowsOf(events).find(({ id }) => id === 'req_7tKJgSSazoYi2GQnh8JQVm');
    expect(row).toEqual({
      id: 'req_7tKJgSSazoYi2GQnh8JQVm',
      at: Date.parse('2026-11-21T01:22:52.388Z'),
      promptId: '073205b1-f083-417a-8208-f1f65b98517f',
      traceId: '97bb26bae32444dca77f747759ddba41',
      agentId: 'a7d50c55933f1d0c3',
      agentType: 'Explore',
      querySource: 'agent:builtin:Explore',
      model: 'claude-opus-5-5',
      effort: 'medium',
      speed: 'normal',
      clientVersion: '2.1.329',
      costNanos: 4_809_600,
      tokens: { input: 185, output: 119, cacheRead: 2173, cacheCreation: 251 },
      cacheCreation1h: 0,
      durationMs: 20,
      ttftMs: 14,
    });
    const [trace, ...others] = events.flatMap((event) => promptTraceOf(event) ?? []);
    expect(others).toEqual([]);
    expect(trace).toMatchObject({ traceId: row?.traceId, promptId: row?.promptId });
  });
});

describe('a row of the ledger', () => {
  it('takes numbers as text, the unrounded dollars, and micro-dollars where there are no others', () => {
    const row = ledgerRowOf(told({ input_tokens: '12', cost_usd: '0.0000000127', cost_usd_micros: 5 }));
    expect(row).toMatchObject({ id: 'e-1', costNanos: 13, tokens: { input: 12, output: 0 } });
    expect(ledgerRowOf(told({ cost_usd_micros: 5 }))?.costNanos).toBe(5000);
  });

  it('knows no cost where none was told, or one that none can be', () => {
    for (const cost of [undefined, null, '', 'free', -1, 1e12, Number.NaN, {}])
      expect(ledgerRowOf(told({ cost_usd: cost }))).not.toHaveProperty('costNanos');
  });

  it('counts no tokens below nothing, and no more of an hour than were written', () => {
    const row = ledgerRowOf(
      told({ input_tokens: -5, output_tokens: 1e300, cache_creation_tokens: 10, cache_creation_1h_tokens: 99 }),
    );
    expect(row?.tokens).toEqual({ input: 0, output: 0, cacheRead: 0, cacheCreation: 10 });
    expect(row?.cacheCreation1h).toBe(10);
  });

  it('is made of no other event', () => {
    expect(ledgerRowOf({ ...told({}), source: 'hook' })).toBeUndefined();
    expect(ledgerRowOf({ ...told({}), name: 'api_refusal' })).toBeUndefined();
    expect(promptTraceOf({ ...told({ traceId: 't' }), promptId: 'p' })).toBeUndefined();
  });

  it('names the model without the suffix of old clients', () => {
    expect(['claude-opus-4-8[1m]', 'claude-opus-5-5', '[1m]'].map(modelBase)).toEqual([
      'claude-opus-4-8',
      'claude-opus-5-5',
      '[1m]',
    ]);
    expect(usdOfNanos(1_500_000_000)).toBe(1.5);
  });
});
