import type { Session, SessionCost } from '@telltale/core';
import { expect } from 'vitest';
import type { ApiRequest } from '../client/api/server.ts';
import type { Stage } from '../client/stage.ts';
import { costUsdOf } from '../otlp/client-prices.ts';
import { truthOf } from '../otlp/client-truth.ts';
import type { Service } from '../service.ts';
import { waitFor } from '../wait.ts';

/** What a service tells of a session's money. */
export interface Told {
  session: Session;
  cost: SessionCost;
}

export async function toldOf(service: Service, sessionId: string): Promise<Told> {
  const [session, cost] = await Promise.all([
    service.session(sessionId),
    service.get<SessionCost>(`/api/sessions/${sessionId}/cost`),
  ]);
  return { session, cost };
}

/** The old client rounds the cost of each request to a millionth of a dollar. */
const roundingUsd = { new: 1e-9, old: 0.5e-6 } as const;

/** Sessions, their models, prompts and agents cost what the API served; returns them by id. */
export async function expectServed(service: Service, stage: Stage): Promise<Map<string, Told>> {
  const truth = truthOf(stage);
  const ids = [...new Set(stage.api.requests.flatMap(({ sessionId, usage }) => (usage && sessionId) || []))];
  const tokenKeys = ['input', 'output', 'cacheRead', 'cacheCreation'] as const;
  // The collector hands on in its own time.
  const told = await waitFor('the tokens that the API served', async () => {
    const all = new Map<string, Told>();
    for (const id of ids) all.set(id, await toldOf(service, id));
    const tokens = Object.fromEntries(
      [...all].flatMap(([id, { session }]) => tokenKeys.map((key) => [`${id}|${key}`, session.tokens?.[key] ?? 0])),
    );
    expect(tokens).toEqual(truth.tokens);
    return all;
  });
  const tolerance = roundingUsd[stage.age] * Math.max(1, truth.events);
  const costs: Record<string, number> = {};
  for (const { session, cost } of told.values()) {
    expect(cost.costUsd).toBeCloseTo(session.costUsd ?? Number.NaN, 9);
    expect(cost.tokens).toEqual(session.tokens);
    for (const { key = '', costUsd } of cost.byModel) costs[key] = (costs[key] ?? 0) + costUsd;
    for (const parts of [cost.byPrompt, cost.byModel, cost.byAgent, cost.requests])
      expect(parts.reduce((sum, part) => sum + part.costUsd, 0)).toBeCloseTo(cost.costUsd, 9);
  }
  expect(Object.keys(costs).sort()).toEqual(Object.keys(truth.costsUsd).sort());
  for (const [model, usd] of Object.entries(truth.costsUsd))
    expect(Math.abs((costs[model] ?? 0) - usd)).toBeLessThanOrEqual(tolerance);
  return told;
}

/** What some of the answers cost, as the client reckons. */
export function usdOf(stage: Stage, served: readonly ApiRequest[]): number {
  return served.reduce((sum, { usage, model }) => sum + (usage ? costUsdOf(usage, model, stage.age) : 0), 0);
}
