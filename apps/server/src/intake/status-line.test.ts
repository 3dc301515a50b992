import type { QuotaReport, ServiceStatus, Session } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { type TestService, testService } from '../../fixtures/test-service.ts';

const startMs = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
const now = () => startMs + 3_600_000;
const told = (tokens: number, more: object = {}) => ({
  session_id: 's1',
  cwd: '/home/ada/quokka',
  cost: { total_cost_usd: 0.5 },
  context_window: { context_window_size: 200_000, current_usage: { input_tokens: tokens } },
  ...more,
});
const limits = (used: number, resets = startMs / 1000 + 7200) => ({
  rate_limits: { five_hour: { used_percentage: used, resets_at: resets } },
});

async function send(service: TestService, body: unknown, seconds: number, headers: Record<string, string> = {}) {
  const sent = await service.post('/ingest/statusline', body, {
    ...{ 'telltale-at': at(seconds), 'telltale-user': 'ada', 'telltale-host': 'ws' },
    ...headers,
  });
  return sent.status;
}
const session = async (service: TestService, id = 's1') =>
  (await (await service.get(`/api/sessions/${id}`)).json()) as Session;
const quota = async (service: TestService) => (await (await service.get('/api/quota')).json()) as QuotaReport;

describe('what a status line tells', () => {
  it('is of its session, the newest of it, in whatever order and however often it comes', async () => {
    const service = await testService({ now });
    await service.fire('s1');
    for (const [tokens, seconds] of [
      [20_000, 20],
      [10_000, 10],
      [20_000, 20],
    ] as const)
      expect(await send(service, told(tokens), seconds)).toBe(204);
    const newest = { at: at(20), context: { tokens: 20_000, windowTokens: 200_000 }, costUsd: 0.5 };
    expect((await session(service)).statusLine).toEqual(newest);
    const { sessions } = (await (await service.get('/api/sessions')).json()) as { sessions: Session[] };
    expect(sessions.map(({ statusLine }) => statusLine)).toEqual([newest]);
  });

  it('makes no session, and waits for the one that it is of', async () => {
    const service = await testService({ now });
    expect(await send(service, told(1000), 1)).toBe(204);
    expect((await service.get('/api/sessions/s1')).status).toBe(404);
    await service.fire('s1');
    expect((await session(service)).statusLine?.context?.tokens).toBe(1000);
  });

  it('is there after a restart', async () => {
    const first = await testService({ now });
    await first.fire('s1');
    await send(first, told(1000, limits(42)), 1);
    await first.close(1000);
    const second = await testService({ now, home: first.home });
    expect((await session(second)).statusLine?.context?.tokens).toBe(1000);
    expect((await quota(second)).quotas).toMatchObject([{ usedPercent: 42 }]);
  });

  it('is deleted with its session, and stays so when it is sent again', async () => {
    const service = await testService({ now });
    await service.fire('s1');
    await send(service, told(1000), 1);
    expect((await fetch(`${service.url}/api/sessions/s1`, { method: 'DELETE' })).status).toBe(204);
    await send(service, told(1000), 1);
    await service.fire('s1');
    expect((await session(service)).statusLine).toBeUndefined();
  });

  it('is refused where it names no session or is no JSON, and kept as a dead letter', async () => {
    const service = await testService({ now });
    expect(await send(service, { cwd: '/' }, 1)).toBe(400);
    expect(await send(service, '{', 1)).toBe(400);
    const { rejected } = (await (await service.get('/api/status')).json()) as ServiceStatus;
    expect(rejected).toBe(2);
  });

  it('tells of usage limits, by user and machine, thinned', async () => {
    const service = await testService({ now });
    for (let second = 0; second < 30; second++) await send(service, told(1, limits(40 + second / 100)), second);
    for (let step = 1; step <= 3; step++) await send(service, told(1, limits(40 + 2 * step)), 60 * step);
    await send(service, told(1, limits(7)), 50, { 'telltale-user': 'bob' });
    const { quotas, history } = await quota(service);
    const resetsAt = new Date(startMs + 7_200_000).toISOString();
    const both = [
      { window: 'five_hour', usedPercent: 46, resetsAt, at: at(180), user: 'ada', host: 'ws' },
      { window: 'five_hour', usedPercent: 7, resetsAt, at: at(50), user: 'bob', host: 'ws' },
    ];
    expect(quotas).toEqual(both);
    expect(history.filter(({ user }) => user === 'ada').map(({ usedPercent }) => usedPercent)).toEqual([
      40, 40.29, 42, 44, 46,
    ]);
    const status = (await (await service.get('/api/status')).json()) as ServiceStatus;
    expect(status.quotas).toEqual(both);
  });

  it('goes with the session that told it, also where it comes again', async () => {
    const service = await testService({ now });
    await service.fire('s1', 'Stop', { cwd: '/x' });
    await send(service, told(1, limits(40)), 1);
    expect((await quota(service)).quotas).toHaveLength(1);
    expect((await fetch(`${service.url}/api/sessions/s1`, { method: 'DELETE' })).status).toBe(204);
    await send(service, told(1, limits(40)), 1);
    expect(await quota(service)).toEqual({ quotas: [], history: [] });
  });

  it('keeps no word of it', async () => {
    const service = await testService({ now });
    await service.fire('s1', 'Stop', { cwd: '/x' });
    await send(service, told(1), 1);
    expect(JSON.stringify(await session(service))).not.toContain('quokka');
  });
});
