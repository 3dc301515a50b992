import { setImmediate } from 'node:timers/promises';
import {
  type Amount,
  differencesOf,
  differencesOfGroups,
  nanosOfUsd,
  type ReconciledSession,
  type ReconciledSource,
  type Reconciliation,
  reconciledSources,
  saidView,
  sumDifferences,
  sumSaid,
  usdOfNanos,
} from '@telltale/core';
import { present } from '@telltale/core/present';
import type { SessionNumbers } from '../store/ledger/reconciliation.ts';
import type { Store } from '../store/store.ts';
import { askLoki } from './loki.ts';
import { type AskedSessions, askPrometheus } from './prometheus.ts';

export interface ReconcileDeps {
  store: Pick<Store, 'reconcile' | 'session'>;
  now: () => number;
  prometheusUrl?: string | undefined;
  lokiUrl?: string | undefined;
}

export interface ReconcileQuery {
  from: number;
  to: number;
  sessionId?: string;
  limit: number;
}

/** The first export of a session may be stamped a little before its first event. */
const beforeMs = 10 * 60_000;

/**
 * Sessions by each source alone, with the differences explained. Prometheus and Loki are asked where they are
 * configured; one that does not answer is said, and the others are told all the same.
 */
export async function reconcile(deps: ReconcileDeps, query: ReconcileQuery): Promise<Reconciliation> {
  const { store, now, prometheusUrl, lokiUrl } = deps;
  const numbers = await store.reconcile(query);
  const asked: AskedSessions = {
    sessionIds: numbers.sessions.map(({ id }) => id),
    from: Math.min(...numbers.sessions.map(({ startedAt }) => startedAt), now()) - beforeMs,
    now: now(),
  };
  const [prometheus, loki] = await Promise.all([
    answerOf(prometheusUrl, (url) => askPrometheus(url, asked)),
    answerOf(lokiUrl, (url) => askLoki(url, asked)),
  ]);
  // Told where a transcript has it; nobody switches it on.
  const client = numbers.sessions.some(({ facts: { said } }) => said.client) ? ('ok' as const) : undefined;
  const states = { ...here, client, prometheus: prometheus.state, loki: loki.state };
  const answering = reconciledSources.filter((source) => states[source] === 'ok');
  const facts = numbers.sessions.map((session) => {
    const [metrics, events] = [prometheus.amounts.get(session.id), loki.amounts.get(session.id)];
    const said = { ...session.facts.said, ...present({ prometheus: metrics, loki: events }) };
    return { ...session, facts: { ...session.facts, said } };
  });
  const sessions: ReconciledSession[] = [];
  for (const session of facts) {
    sessions.push(sessionOf(store, session, answering, now()));
    await setImmediate(); // whoever sends an event comes first
  }
  return {
    from: new Date(query.from).toISOString(),
    to: new Date(query.to).toISOString(),
    sources: reconciledSources.flatMap((source) => {
      const state = states[source];
      return state ? present({ source, state, problem: { prometheus, loki }[source as 'loki']?.problem }) : [];
    }),
    sessions,
    total: {
      costUsd: usdOfNanos(sessions.reduce((nanos, { costUsd = 0 }) => nanos + nanosOfUsd(costUsd), 0)),
      said: sumSaid(facts.map(({ facts: { said } }) => said)),
      differences: sumDifferences(sessions.map(({ differences }) => differences)),
    },
    priceDifferences: differencesOfGroups(numbers.reckoned),
    unpricedModels: numbers.unpricedModels,
    hasMore: numbers.hasMore,
  };
}

const here = { ledger: 'ok', metric: 'ok', transcript: 'ok' } as const;

interface BackEndAnswer {
  state: 'ok' | 'off' | 'failed';
  amounts: Map<string, Amount>;
  problem?: string;
}

async function answerOf(
  url: string | undefined,
  asking: (url: string) => Promise<Map<string, Amount>>,
): Promise<BackEndAnswer> {
  if (url === undefined) return { state: 'off', amounts: new Map() };
  try {
    return { state: 'ok', amounts: await asking(url) };
  } catch (error) {
    return { state: 'failed', amounts: new Map(), problem: error instanceof Error ? error.message : String(error) };
  }
}

function sessionOf(
  store: ReconcileDeps['store'],
  { id, lastEventAt, facts, unpriced }: SessionNumbers,
  answering: readonly ReconciledSource[],
  now: number,
): ReconciledSession {
  const told = store.session(id, now);
  return present({
    sessionId: id,
    title: told?.title,
    app: told?.app,
    lastEventAt: new Date(lastEventAt).toISOString(),
    costUsd: told?.costUsd,
    costSource: told?.costSource,
    said: saidView(facts.said),
    differences: differencesOf(facts, answering),
    unpriced: unpriced || undefined,
  });
}
