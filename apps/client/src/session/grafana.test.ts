import type { Session } from '@telltale/core';
import { expect, it } from 'vitest';
import { sessionInGrafana } from './grafana.ts';

const session = { id: 'a b&c', startedAt: '2026-11-21T10:00:00Z', lastEventAt: '2026-11-21T11:00:00Z' } as Session;
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const linkAt = (now: number, more: Partial<Session> = {}) =>
  new URL(sessionInGrafana('https://grafana.example/sub', { ...session, ...more }, now));

it('leads to the dashboard of the session, for the time around it', () => {
  const link = linkAt(at('14:00:00'));
  expect(link.origin + link.pathname).toBe('https://grafana.example/sub/d/telltale-session');
  expect(Object.fromEntries(link.searchParams)).toEqual({
    'var-session': 'a b&c',
    from: String(at('09:55:00')),
    to: String(at('11:05:00')),
  });
  expect(linkAt(at('14:00:00'), { endedAt: '2026-11-21T12:00:00Z' }).searchParams.get('to')).toBe(
    String(at('12:05:00')),
  );
});

it('follows a session that may still go on', () => {
  expect(linkAt(at('11:02:00')).searchParams.get('to')).toBe('now');
});
