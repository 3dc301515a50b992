import { expect, it } from 'vitest';
import { parseAlerts } from './alert.ts';

const receivedAt = '2026-11-21T10:00:00.000Z';
const firing = {
  status: 'firing',
  labels: { alertname: 'Budget', app: 'shop', severity: 'warning' },
  annotations: { summary: 'more than $20 today' },
  startsAt: '2026-11-21T09:58:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: 'c0ffee',
};

it('makes one event of each alert, known by fingerprint, start and status', () => {
  const resolved = { ...firing, status: 'resolved', endsAt: '2026-11-21T09:59:30.5Z' };
  expect(parseAlerts({ status: 'firing', alerts: [firing, resolved] }, { receivedAt })).toEqual([
    {
      id: 'c0ffee-2026-11-21T09:58:00Z-firing',
      source: 'alert',
      name: 'alert',
      app: 'shop',
      at: '2026-11-21T09:58:00.000Z',
      summary: 'Budget: more than $20 today',
      payload: firing,
    },
    {
      id: 'c0ffee-2026-11-21T09:58:00Z-resolved',
      source: 'alert',
      name: 'alert',
      app: 'shop',
      at: '2026-11-21T09:59:30.500Z',
      summary: 'Budget (resolved): more than $20 today',
      payload: resolved,
    },
  ]);
});

it('takes status, project and time from around an alert that tells none', () => {
  const bare = { fingerprint: 'f', labels: { session_id: 's-1' } };
  expect(parseAlerts({ status: 'resolved', alerts: [bare] }, { app: 'web', receivedAt })).toEqual([
    {
      id: 'f--resolved',
      source: 'alert',
      name: 'alert',
      app: 'web',
      at: receivedAt,
      summary: 'alert (resolved)',
      payload: bare,
      sessionId: 's-1',
    },
  ]);
});

it('is of no project where neither it nor what is around it names one; of its session, that may know it', () => {
  const alerts = [{ fingerprint: 'f' }, { fingerprint: 'g', labels: { session_id: 's-1' } }];
  expect(parseAlerts({ alerts }, { receivedAt })).toMatchObject([{ app: 'alerts' }, { app: 'unknown' }]);
});

it.each([
  ['text', { rejected: 'an alert webhook is a JSON object' }],
  [{ status: 'firing' }, { rejected: 'alerts must be a list', at: 'alerts' }],
  [{ alerts: ['x'] }, { rejected: 'an alert is a JSON object', at: 'alerts.0' }],
  [{ alerts: [{ fingerprint: 'f' }, {}] }, { rejected: 'fingerprint is missing', at: 'alerts.1' }],
])('refuses %j in words', (input, rejection) => expect(parseAlerts(input, { receivedAt })).toEqual(rejection));
