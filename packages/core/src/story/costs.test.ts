import { describe, expect, it } from 'vitest';
import { requestsOfEntries, requestsOfEvents, telemetryEvents } from '../../fixtures/requests.ts';
import { servedIn, servedScenarios } from '../../fixtures/served.ts';
import { entriesOf, eventsOf, sessionsOf, transcriptScenarios } from '../../fixtures/transcript.ts';
import type { RequestCost } from '../cost-view.ts';
import { buildStory, type Story, type StoryItem } from '../story.ts';
import { contextUse } from './context.ts';
import { cacheHitRatio, costSumOf, isMainRequest, joinCosts, type StoryCosts } from './costs.ts';
import { filesOf } from './files.ts';
import { hookOverhead } from './hook-overhead.ts';

const said = transcriptScenarios.flatMap((scenario) => sessionsOf(scenario).map((id) => [scenario, id] as const));
const heard = servedScenarios.flatMap((name) => servedIn(name).sessionIds.map((id) => [name, id] as const));

function nanosOf(costs: StoryCosts): number {
  return [...costs.turns, costs.outside].reduce((sum, { costUsd }) => sum + Math.round(costUsd * 1e9), 0);
}

const sumNanos = (requests: readonly RequestCost[]) =>
  requests.reduce((sum, { costUsd }) => sum + Math.round(costUsd * 1e9), 0);

function idsByTurn(costs: StoryCosts): (string | undefined)[][] {
  return costs.requests.map((list) => list.map(({ request }) => request.id));
}

function agentsIn(story: Story) {
  const walk = (items: readonly StoryItem[]): Extract<StoryItem, { kind: 'subagent' }>[] =>
    items.flatMap((item) => (item.kind === 'subagent' ? [item, ...walk(item.items)] : []));
  return story.turns.flatMap(({ items }) => walk(items));
}

/** Without ids: as an old client with hooks alone tells it. */
function withoutIds(entries: ReturnType<typeof entriesOf>): ReturnType<typeof entriesOf> {
  return entries.map((entry) => {
    const { requestId: _, ...line } = entry.line;
    return { ...entry, line };
  });
}

describe('requests in their story', () => {
  it.each(said)('gives each request of a transcript to one prompt, and shows it once: %s %s', (scenario, id) => {
    const entries = entriesOf(scenario, id);
    const requests = requestsOfEntries(entries);
    const costs = joinCosts(buildStory({ events: eventsOf(scenario, id), entries }), requests);
    expect(nanosOf(costs)).toBe(sumNanos(requests));
    const shown = [...costs.steps.values()].map((request) => request.id);
    expect(new Set(shown).size).toBe(shown.length);
    const ids = idsByTurn(costs).flat();
    expect([...ids].sort()).toEqual(requests.map((request) => request.id).sort());
  });

  it.each(heard)('gives each request of telemetry to one prompt, by events alone: %s %s', (name, id) => {
    const telemetry = telemetryEvents(name, id);
    const requests = requestsOfEvents(telemetry);
    const told = transcriptScenarios.includes(name) && sessionsOf(name).includes(id);
    const hooks = told ? eventsOf(name, id) : [];
    const costs = joinCosts(buildStory({ events: [...hooks, ...telemetry], entries: [] }), requests);
    expect(nanosOf(costs)).toBe(sumNanos(requests));
    const served = servedIn(name).requests.filter(({ sessionId }) => sessionId === id);
    expect(requests.length).toBeGreaterThanOrEqual(served.length);
  });

  it('tells the price of a call by the request that asked for it, whichever road names it', () => {
    const [id = ''] = sessionsOf('subagents');
    const entries = entriesOf('subagents', id);
    const telemetry = telemetryEvents('subagents', id);
    const requests = requestsOfEvents(telemetry);
    const ways = {
      transcript: buildStory({ events: eventsOf('subagents', id), entries }),
      telemetry: buildStory({ events: [...eventsOf('subagents', id), ...telemetry], entries: [] }),
      // By time alone: neither the transcript nor an event of the call names the request.
      time: buildStory({ events: eventsOf('subagents', id), entries: withoutIds(entries) }),
    };
    const [byTranscript, byTelemetry, byTime] = Object.values(ways).map((story) => {
      const costs = joinCosts(story, requests);
      return Object.fromEntries(
        [...costs.requestOf].flatMap(([item, request]) => {
          const call = item.kind === 'subagent' ? item.call : item;
          return call?.kind === 'action' ? [[call.action.toolUseId, request.id]] : [];
        }),
      );
    });
    expect(Object.keys(byTranscript ?? {}).length).toBe(6);
    expect(byTelemetry).toEqual(byTranscript);
    expect(byTime).toEqual(byTranscript);
  });

  it('sums what a subagent cost on its line', () => {
    const [id = ''] = sessionsOf('subagents');
    const requests = requestsOfEvents(telemetryEvents('subagents', id));
    const story = buildStory({ events: eventsOf('subagents', id), entries: entriesOf('subagents', id) });
    const { agents, turns } = joinCosts(story, requests);
    const told = agentsIn(story).map((item) => agents.get(item)?.costUsd);
    const truth = agentsIn(story).map(
      ({ agentId }) => costSumOf(requests.filter((request) => request.agentId === agentId)).costUsd,
    );
    expect(told).toEqual(truth);
    expect(truth.every((usd) => usd > 0)).toBe(true);
    const ofMain = costSumOf(requests.filter((request) => request.agentId === undefined)).costUsd;
    expect(turns[0]?.costUsd).toBeCloseTo(ofMain + truth.reduce((sum, usd) => sum + usd, 0), 9);
  });

  it('count a request apart that nobody has a price for, whoever tells it', () => {
    const tokens = { input: 10, output: 0, cacheRead: 0, cacheCreation: 0 };
    const of = (kind: RequestCost['kind'], costUsd: number): RequestCost => ({
      ...{ kind, costUsd, tokens, model: 'claude-next', at: '2026-11-21T10:00:00.000Z', cacheCreation1h: 0 },
    });
    expect(costSumOf([of('request', 0), of('estimated', 0), of('request', 0.5), of('unattributed', 0)])).toEqual({
      ...{ costUsd: 0.5, estimatedUsd: 0, requests: 3, unpriced: 2 },
      tokens: { ...tokens, input: 40 },
    });
  });

  it('knows the requests of an old client’s subagents by what they said: its events name the type only', () => {
    const [id = ''] = sessionsOf('parallel-subagents-old');
    const entries = entriesOf('parallel-subagents-old', id);
    const story = buildStory({ events: eventsOf('parallel-subagents-old', id), entries });
    const requests = requestsOfEntries(entries);
    const typed = requests.map(({ agentId, ...request }) => (agentId ? { ...request, agentType: 'Explore' } : request));
    const sums = (list: readonly RequestCost[]) => {
      const { agents } = joinCosts(story, list);
      return agentsIn(story).map((item) => agents.get(item)?.costUsd);
    };
    expect(sums(typed)).toEqual(sums(requests));
    expect(sums(typed).every((usd) => usd !== undefined && usd > 0)).toBe(true);
  });

  it('keeps what only the metric knows out of every prompt, and counts requests without a price', () => {
    const [id = ''] = sessionsOf('hello');
    const entries = entriesOf('hello', id);
    const tokens = { input: 1, output: 1, cacheRead: 0, cacheCreation: 0 };
    const at = '2030-01-01T00:00:00.000Z';
    const more: RequestCost[] = [
      { kind: 'unattributed', at, model: 'claude-opus-5-5', costUsd: 0.5, tokens, cacheCreation1h: 0 },
      { kind: 'estimated', id: 'r', at, model: 'someone-1', costUsd: 0, tokens, cacheCreation1h: 0 },
    ];
    const costs = joinCosts(buildStory({ events: [], entries }), [...requestsOfEntries(entries), ...more]);
    expect(costs.outside).toEqual({ costUsd: 0.5, estimatedUsd: 0, requests: 0, unpriced: 0, tokens });
    expect(costs.turns.at(-1)?.unpriced).toBe(1);
  });

  it('says which share came from the cache, and nothing where nothing was sent', () => {
    expect(cacheHitRatio({ input: 10, output: 99, cacheRead: 80, cacheCreation: 10 })).toBe(0.8);
    expect(cacheHitRatio({ input: 0, output: 0, cacheRead: 0, cacheCreation: 0 })).toBeUndefined();
  });
});

describe('what a session’s events and requests add up to', () => {
  it('tells the main agent’s context request by request, not the subagents’, with its compactions', () => {
    const [id = ''] = sessionsOf('compact');
    const telemetry = telemetryEvents('compact', id);
    const requests = requestsOfEvents(telemetry);
    const story = buildStory({ events: eventsOf('compact', id), entries: entriesOf('compact', id) });
    const use = contextUse(story, requests);
    const main = servedIn('compact').requests.filter(({ kind, sessionId }) => kind === 'main' && sessionId === id);
    expect(use.points.map(({ tokens }) => tokens)).toEqual(
      main.map(({ usage }) => usage.input + usage.cacheRead + usage.cacheWrite),
    );
    expect(use.compactionsMs.length).toBeGreaterThan(0);
    expect(use.window).toBe(1_000_000);
    expect(requests.some((request) => !isMainRequest(request))).toBe(true);
  });

  it('lists the files that were read and written, with their lines', () => {
    const [id = ''] = sessionsOf('tools');
    const story = buildStory({ events: eventsOf('tools', id), entries: entriesOf('tools', id) });
    const files = filesOf(story);
    const calls = story.turns
      .flatMap(({ items }) => items)
      .flatMap((item) => (item.kind === 'action' && item.action.state === 'ok' ? [item] : []));
    const count = (tools: RegExp) => calls.filter(({ action }) => tools.test(action.toolName ?? '')).length;
    expect(files.reduce((sum, { reads }) => sum + reads, 0)).toBe(count(/^Read$/));
    expect(files.reduce((sum, { writes }) => sum + writes, 0)).toBe(count(/^(Edit|Write|MultiEdit|NotebookEdit)$/));
    expect(files.reduce((sum, { added }) => sum + added, 0)).toBeGreaterThan(0);
    expect(files.every(({ items, reads, writes }) => items.length === reads + writes)).toBe(true);
  });

  it('says how long the client waited for hooks, by name', () => {
    const { sessionIds } = servedIn('interactive');
    const telemetry = sessionIds.flatMap((id) => telemetryEvents('interactive', id));
    const done = telemetry.filter(({ name }) => name === 'hook_execution_complete');
    const hooks = hookOverhead(telemetry);
    expect(hooks.reduce((sum, { runs }) => sum + runs, 0)).toBe(done.length);
    const ms = done.reduce((sum, { payload }) => sum + Number(payload?.total_duration_ms), 0);
    expect(hooks.reduce((sum, { totalMs }) => sum + totalMs, 0)).toBe(ms);
    expect(hooks.map(({ totalMs }) => totalMs)).toEqual(hooks.map(({ totalMs }) => totalMs).sort((a, b) => b - a));
  });
});
