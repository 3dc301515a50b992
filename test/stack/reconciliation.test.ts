import type { PriceDifference, ReconciledSession, Reconciliation } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otlpBodies } from '../../packages/core/fixtures/otlp.ts';
import { servedIn, servedScenarios, sumOf } from '../../packages/core/fixtures/served.ts';
import { entriesOf, sessionsOf } from '../../packages/core/fixtures/transcript.ts';
import type { ClientAge } from '../client/binary.ts';
import { createStage, type Stage } from '../client/stage.ts';
import { telemetry } from '../otlp/client-truth.ts';
import { requiresClaude, requiresStack } from '../requires.ts';
import { writtenTranscripts } from '../road/transcripts.ts';
import { cutStream, refusal } from '../scenarios/api-errors.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { forked } from '../scenarios/turns.ts';
import { waitFor } from '../wait.ts';
import { type Signal, send } from './payloads.ts';
import { createStack, type Stack } from './stack.ts';

const nanos = (usd: number) => Math.round(usd * 1e9);

const stackIsHere = await requiresStack();
const clientIsHere = { new: await requiresClaude('new'), old: await requiresClaude('old') };

describe.runIf(stackIsHere)('five sources on what the real client sent', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack();
    for (const recording of servedScenarios) await replay(stack, recording);
  }, 300_000);
  afterAll(() => stack?.stop());

  it('say the same of every recording, to the billionth of a dollar and the token; only a compaction is in no transcript', async () => {
    const ids = servedScenarios.flatMap((recording) => servedIn(recording).sessionIds);
    const all = servedScenarios.flatMap((recording) => servedIn(recording).requests);
    const requestsOf = (id: string) => all.filter((one) => one.sessionId === id).length;
    const { sessions, total, sources } = await allTold(stack, ids, requestsOf);
    expect(sources.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    for (const { sessionId, said, differences } of sessions) {
      const requests = all.filter((one) => one.sessionId === sessionId);
      const untold = requests.filter(({ kind }) => kind === 'compact');
      expect(said).not.toHaveProperty('client');
      for (const { source } of sources) {
        const truth = sumOf(source === 'transcript' ? requests.filter((one) => !untold.includes(one)) : requests);
        expect({ nanos: nanos(said[source]?.costUsd ?? 0), tokens: said[source]?.tokens }).toEqual({
          nanos: Math.round(truth.micros * 1000),
          tokens: truth.tokens,
        });
      }
      expect(differences.map(({ source, reason }) => [source, reason])).toEqual(
        untold.length > 0 ? [['transcript', 'untold']] : [],
      );
    }
    expect(total.differences).toHaveLength(1);
  });

  it('that are gone are said, and the others told all the same', async () => {
    await stack.parts.loki.stop();
    const { sources, total } = await stack.service.get<Reconciliation>('/api/reconciliation?from=0&limit=500');
    expect(sources.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'failed']);
    expect(sources[4]?.problem).toMatch(/does not answer/);
    expect(total.said.prometheus).toEqual(expect.objectContaining({ costUsd: total.said.metric?.costUsd }));
    expect(total.differences.map(({ reason }) => reason)).toEqual(['untold']);
    await stack.parts.loki.start();
  });

  /** How a client is played, and what then differs and why; docs/differences.md tells the same numbers. */
  const differing: Record<string, { age: ClientAge; play: Scenario['play']; told: Told[]; prices: PriceDifference[] }> =
    {
      refusal: { age: 'new', play: refusal.play, told: [], prices: [] },
      'cut-stream': {
        age: 'new',
        play: cutStream.play,
        told: [
          ['metric', 'broken-stream', 0, 2405],
          ['transcript', 'broken-stream', -2384, 0],
        ],
        prices: [
          {
            clientVersion: '2.1.329',
            model: 'claude-opus-5-5',
            requests: 1,
            costUsd: 0.0068012,
            tableUsd: 0.0044172,
            isolated: true,
          },
        ],
      },
      forked: { age: 'new', play: forked.play, told: [['transcript', 'inherited', 7781, 5136]], prices: [] },
      'old-prices': {
        age: 'old',
        play: async (stage) =>
          void (await stage.run(stage.prompt('Say hello.', [{ say: 'Hello.' }]), {
            args: ['--model', 'claude-opus-5-5'],
          })),
        told: [['transcript', 'prices', -1341, 0]],
        prices: [
          { clientVersion: '2.1.197', model: 'claude-opus-5-5', requests: 1, costUsd: 0.004705, tableUsd: 0.003364 },
        ],
      },
    };
  for (const [name, { age, play, told, prices }] of Object.entries(differing))
    it.runIf(clientIsHere[age])(`explain ${name} of the real client (${age})`, async () => {
      const stage = await createStage({ age, project: name, env: telemetry(stack.otlp, name) });
      try {
        await play(stage);
        const ids = await transcriptsOf(stack, stage);
        await allTold(stack, ids);
        const answers = await Promise.all(
          ids.map((id) => stack.service.get<Reconciliation>(`/api/reconciliation?session=${id}`)),
        );
        expect(answers.flatMap(({ sessions }) => sessions.flatMap(inShort))).toEqual(told);
        expect(answers.flatMap(({ priceDifferences }) => priceDifferences)).toEqual(prices);
      } finally {
        await stage.close();
      }
    });
});

type Told = [source: string, reason: string, micros: number, tokens: number];

const inShort = ({ differences }: ReconciledSession): Told[] =>
  differences.map(({ source, reason, costUsd, tokens }) => [
    source,
    reason,
    Math.round(costUsd * 1e6),
    Object.values(tokens).reduce((sum, one) => sum + one, 0),
  ]);

/** The answer, once each session is in all five sources, and what should say the same does. */
function allTold(stack: Stack, ids: readonly string[], requestsOf?: (id: string) => number): Promise<Reconciliation> {
  const session = ids.length === 1 ? `&session=${ids[0]}` : '';
  return waitFor(
    'each session in all five sources',
    async () => {
      const answer = await stack.service.get<Reconciliation>(`/api/reconciliation?from=0&limit=500${session}`);
      const isWhole = ids.every((id) => {
        const { ledger, metric, transcript, prometheus, loki } =
          answer.sessions.find(({ sessionId }) => sessionId === id)?.said ?? {};
        if (!ledger || !metric || !transcript || !prometheus || !loki) return false;
        if (requestsOf && ledger.requests !== requestsOf(id)) return false;
        const usd = [ledger, metric, prometheus, loki].map(({ costUsd }) => costUsd);
        return Math.max(...usd) - Math.min(...usd) < 1e-7;
      });
      return isWhole && answer;
    },
    120_000,
  );
}

/** A recording of another day, as if it had ended a minute ago. */
async function replay(stack: Stack, recording: string): Promise<void> {
  const bodies = (['logs', 'metrics'] as const).flatMap((signal) =>
    otlpBodies(`${recording}-${signal}`).map((body): { signal: Signal; body: object } => ({ signal, body })),
  );
  const last = Math.max(
    ...bodies
      .flatMap(({ body }) => [...JSON.stringify(body).matchAll(/"timeUnixNano":"(\d+)"/g)])
      .map(([, time]) => Number(time) / 1e6),
  );
  const shift = BigInt(Math.round(Date.now() - 60_000 - last)) * 1_000_000n;
  for (const { signal, body } of bodies) {
    const text = JSON.stringify(body).replace(
      /UnixNano":"(\d+)"/g,
      (_, time: string) => `UnixNano":"${BigInt(time) + shift}"`,
    );
    expect(await send(stack.otlp, signal, JSON.parse(text))).toBe(200);
  }
  for (const sessionId of sessionsOf(recording)) {
    const entries = entriesOf(recording, sessionId);
    for (const agentId of new Set(entries.map((entry) => entry.agentId)))
      await sendTranscript(stack, {
        sessionId,
        agentId,
        lines: entries.filter((one) => one.agentId === agentId).map(({ line }) => line),
      });
  }
}

/** What the stage's client wrote, as hooks would send it; answers the sessions. */
async function transcriptsOf(stack: Stack, { transcripts }: Stage): Promise<string[]> {
  const written = writtenTranscripts(transcripts);
  for (const one of written) await sendTranscript(stack, one);
  return [...new Set(written.map(({ sessionId }) => sessionId))];
}

async function sendTranscript(
  { service }: Stack,
  { sessionId, agentId, lines }: { sessionId: string; agentId: string | undefined; lines: readonly object[] },
): Promise<void> {
  const body = JSON.stringify({ sessionId, ...(agentId && { agentId }), entries: lines });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${service.url}/ingest/transcript`, { method: 'POST', headers, body });
  expect(response.status, await response.text()).toBe(204);
}
