import { describe, expect, it } from 'vitest';
import { requestsOfEntries, requestsOfEvents, spansOf, telemetryEvents } from '../../fixtures/requests.ts';
import { servedIn } from '../../fixtures/served.ts';
import { entriesOf, eventsOf, sessionsOf } from '../../fixtures/transcript.ts';
import type { RequestCost } from '../cost-view.ts';
import type { SpanView } from '../span-view.ts';
import { buildStory } from '../story.ts';
import { joinCosts } from './costs.ts';
import { type WaterfallBar, waterfallOf } from './waterfall.ts';

function fallOf(name: string, options: { spans?: readonly SpanView[]; requests?: readonly RequestCost[] } = {}) {
  const [id = ''] = servedIn(name).sessionIds;
  const telemetry = telemetryEvents(name, id);
  const entries = sessionsOf(name).includes(id) ? entriesOf(name, id) : [];
  const story = buildStory({ events: [...eventsOf(name, id), ...telemetry], entries });
  const costs = joinCosts(story, options.requests ?? requestsOfEvents(telemetry));
  return story.turns.map((turn, index) =>
    waterfallOf({
      ...{ turn, requests: costs.requests[index] ?? [], nowMs: Date.parse(turn.endedAt ?? turn.at) },
      ...(options.spans && { spans: options.spans }),
    }),
  );
}

const kindsOf = (bars: readonly WaterfallBar[]) => bars.map(({ kind, depth }) => `${'  '.repeat(depth)}${kind}`);

describe('the waterfall of a prompt', () => {
  it('is requests, calls and subagents in the order in which they began, a subagent’s own below it', () => {
    const [fall] = fallOf('subagents');
    const served = servedIn('subagents').requests;
    const of = (kind: WaterfallBar['kind'], depth: number) =>
      fall?.bars.filter((bar) => bar.kind === kind && bar.depth === depth).length;
    expect([of('request', 0), of('request', 1)]).toEqual([
      served.filter(({ kind }) => kind === 'main').length,
      served.filter(({ kind }) => kind === 'subagent').length,
    ]);
    expect([of('subagent', 0), of('call', 1)]).toEqual([2, 4]);
    expect(kindsOf(fall?.bars ?? [])[0]).toBe('request');
    const agents = fall?.bars.filter(({ kind }) => kind === 'subagent') ?? [];
    for (const bar of fall?.bars ?? []) {
      expect(bar.fromMs).toBeLessThanOrEqual(bar.toMs);
      const isIn = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => fromMs <= bar.fromMs && bar.toMs <= toMs;
      if (bar.depth === 1) expect(agents.some(isIn), bar.label).toBe(true);
    }
  });

  it('marks the first token, within its request', () => {
    for (const bar of fallOf('subagents')[0]?.bars ?? []) {
      if (bar.kind !== 'request') continue;
      expect(bar.firstTokenMs).toBeGreaterThanOrEqual(bar.fromMs);
      expect(bar.firstTokenMs).toBeLessThanOrEqual(bar.toMs);
    }
  });

  it('takes its times from spans where they came, and then says so', () => {
    const spans = spansOf('subagents');
    const [byEvents] = fallOf('subagents');
    const [bySpans] = fallOf('subagents', { spans });
    expect([byEvents?.hasSpans, bySpans?.hasSpans]).toEqual([false, true]);
    expect(kindsOf([...(bySpans?.bars ?? [])]).sort()).toEqual(kindsOf([...(byEvents?.bars ?? [])]).sort());
    const requests = bySpans?.bars.filter(({ kind }) => kind === 'request') ?? [];
    const truth = spans.filter(({ name }) => name === 'claude_code.llm_request');
    expect(requests.map(({ fromMs }) => fromMs).sort()).toEqual(truth.map(({ fromMs }) => fromMs).sort());
    // A rule answers at once: nothing of it is hatched.
    expect(bySpans?.bars.filter(({ blockedMs }) => blockedMs)).toEqual([]);
  });

  it('shows how long a call stood still for an answer, by spans and by events alike', () => {
    const blocked = (falls: ReturnType<typeof fallOf>) =>
      falls.flatMap(({ bars }) => bars.flatMap(({ blockedMs }) => (blockedMs ? blockedMs[1] - blockedMs[0] : [])));
    const spans = spansOf('interactive');
    const truth = spans
      .filter(({ name }) => name === 'claude_code.tool.blocked_on_user')
      .map(({ fromMs, toMs }) => toMs - fromMs);
    const bySpans = blocked(fallOf('interactive', { spans }));
    const byEvents = blocked(fallOf('interactive'));
    expect(bySpans).toEqual(truth.slice(0, bySpans.length));
    expect(bySpans.length).toBe(2);
    expect(byEvents.length).toBe(2);
    for (const [at, ms] of byEvents.entries()) expect(Math.abs(ms - (bySpans[at] ?? 0))).toBeLessThan(1000);
  });

  it('reckons when a request began that only the transcript tells of, and says that it did', () => {
    const [id = ''] = sessionsOf('subagents');
    const [fall] = fallOf('subagents', { requests: requestsOfEntries(entriesOf('subagents', id)) });
    const requests = fall?.bars.filter(({ kind }) => kind === 'request') ?? [];
    expect(requests.length).toBe(servedIn('subagents').requests.length);
    for (const bar of requests) {
      expect(bar.isGuessed).toBe(true);
      expect(bar.fromMs).toBeGreaterThanOrEqual(fall?.fromMs ?? 0);
      expect(bar.fromMs).toBeLessThanOrEqual(bar.toMs);
    }
  });

  it('shows attempts that failed where spans tell of them', () => {
    const [first] = fallOf('subagents');
    const failed: SpanView = {
      ...{ traceId: 't', spanId: 's', name: 'claude_code.llm_request', hasFailed: true, model: 'claude-opus-5-5' },
      ...{ fromMs: (first?.fromMs ?? 0) + 1, toMs: (first?.fromMs ?? 0) + 40 },
    };
    const [fall] = fallOf('subagents', { spans: [failed] });
    expect(
      fall?.bars.filter(({ kind, hasFailed }) => kind === 'request' && hasFailed).map(({ label }) => label),
    ).toEqual(['claude-opus-5-5']);
  });
});
