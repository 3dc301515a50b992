import type { Session, TelltaleEvent } from '@telltale/core';
import { expect, it } from 'vitest';
import { createFeed } from '../../data/feed.ts';
import { joinRows, lanesOf } from './lanes.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');
let seq = 0;
function event(name: string, second: number, more: Partial<TelltaleEvent> = {}): TelltaleEvent {
  seq += 1;
  const at = new Date(start + second * 1000).toISOString();
  return { ...{ seq, id: `e${seq}`, source: 'hook', name, sessionId: 's1', app: 'api', at, summary: name }, ...more };
}
const call = (id: string, from: number, to: number, more: Partial<TelltaleEvent> = {}) => {
  const of = { toolUseId: id, toolName: 'Bash', ...more };
  return [event('PreToolUse', from, of), event('PostToolUse', to, { ...of, outcome: 'ok' })];
};
const agents = [
  {
    id: 'child',
    startedAt: '',
    tools: 1,
    failures: 0,
    background: false,
    parentAgentId: 'parent',
    description: 'look',
  },
  { id: 'parent', startedAt: '', tools: 1, failures: 0, background: false, type: 'Explore' },
];
const session = {
  id: 's1',
  app: 'api',
  title: 'add limits',
  startedAt: '2026-11-21T10:00:00.000Z',
  agents,
} as unknown as Session;

it('gives each agent a lane below the one that started it, with what falls into the window', () => {
  const feed = createFeed();
  feed.append([
    ...call('old', 1, 2),
    event('UserPromptSubmit', 100),
    ...call('c', 130, 140, { agentId: 'child', agentType: 'general-purpose' }),
    ...call('p', 110, 150, { agentId: 'parent', agentType: 'Explore' }),
    event('PreToolUse', 160, { toolUseId: 'open', toolName: 'Bash' }),
  ]);
  const window = { from: start + 60_000, to: start + 180_000 };
  const lanes = lanesOf(feed.rows, () => session, window);
  expect(lanes.map(({ title, depth, tools, failures }) => [title, depth, tools, failures])).toEqual([
    ['add limits', 0, 1, 0],
    ['Explore', 1, 1, 0],
    ['look', 2, 1, 0],
  ]);
  const spans = lanes[0]?.spans.map((span) => [
    span.kind,
    span.state,
    (span.fromMs - start) / 1000,
    (span.toMs - start) / 1000,
  ]);
  expect(spans).toEqual([
    ['prompt', 'noted', 100, 100],
    ['tool', 'running', 160, 180],
  ]);
});

it('ends what runs with its session: nothing runs in one that went silent', () => {
  const feed = createFeed();
  feed.append([event('PreToolUse', 100, { toolUseId: 'silent', toolName: 'Bash' })]);
  const window = { from: start + 60_000, to: start + 1_800_000 };
  const lost = { ...session, state: 'lost', lastEventAt: new Date(start + 120_000).toISOString() } as Session;
  const spans = (one: Session) =>
    lanesOf(feed.rows, () => one, window).flatMap((lane) => lane.spans.map(({ state, toMs }) => [state, toMs - start]));
  expect(spans(lost)).toEqual([['unknown-end', 120_000]]);
  expect(spans({ ...lost, state: 'working' })).toEqual([['running', 1_800_000]]);
});

it('joins what was asked for later: a call of which both have a part is one, a deleted session none', () => {
  const [past, now] = [createFeed(), createFeed()];
  const [began, ended] = call('both', 100, 130) as [TelltaleEvent, TelltaleEvent];
  past.append([...call('before', 80, 90), began, ...call('gone', 95, 96, { sessionId: 's2' })]);
  now.append([ended, ...call('after', 140, 150)]);
  const known = (id: string) => (id === 's1' ? session : undefined);
  const window = { from: start + 60_000, to: start + 180_000 };
  const lanes = lanesOf(joinRows(past.held, now.rows, known), known, window);
  const spans = lanes.map((lane) =>
    lane.spans.map((span) => [span.state, (span.fromMs - start) / 1000, (span.toMs - start) / 1000]),
  );
  expect(spans).toEqual([
    [
      ['ok', 80, 90],
      ['ok', 100, 130],
      ['ok', 140, 150],
    ],
  ]);
});

it('shows what happened now also when events of hours ago come late behind it', () => {
  const feed = createFeed();
  feed.append([...call('now', 10_000, 10_001), ...call('late', 1, 2)]);
  const lanes = lanesOf(feed.rows, () => session, { from: start + 9_900_000, to: start + 10_100_000 });
  expect(lanes.map(({ tools }) => tools)).toEqual([1]);
});
