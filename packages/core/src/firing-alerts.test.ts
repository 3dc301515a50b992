import { expect, it } from 'vitest';
import type { TelltaleEvent } from './event.ts';
import { firingAlerts } from './firing-alerts.ts';
import { parseAlerts } from './sources/alert.ts';

const receivedAt = '2026-11-21T12:00:00.000Z';
const startsAt = '2026-11-21T10:00:00.000Z';
let seq = 0;

function told(fingerprint: string, status: string, more: Record<string, unknown> = {}): TelltaleEvent {
  const alert = { fingerprint, status, startsAt, endsAt: receivedAt, labels: { alertname: fingerprint }, ...more };
  const events = parseAlerts({ alerts: [alert] }, { receivedAt });
  if (!Array.isArray(events) || !events[0]) throw new Error('no alert');
  seq += 1;
  return { ...events[0], seq };
}

const unknown = () => undefined;

it('tells those whose newest word is that they fire, and are about no session', () => {
  const events = [
    told('budget', 'firing', { panelURL: 'http://localhost:3000/d/x', annotations: { summary: 'too much' } }),
    told('errors', 'firing'),
    told('errors', 'resolved'),
    told('again', 'resolved'),
    told('again', 'firing', { generatorURL: 'javascript:alert(1)' }),
    told('session', 'firing', { labels: { session_id: 's-1' } }),
  ];
  const expected = [
    {
      fingerprint: 'budget',
      summary: 'budget: too much',
      since: startsAt,
      seq: 1,
      url: 'http://localhost:3000/d/x',
    },
    { fingerprint: 'again', summary: 'again', since: startsAt, seq: 5 },
  ];
  expect(firingAlerts(events, unknown)).toEqual(expected);
  expect(firingAlerts([...events].reverse(), unknown)).toEqual(expected);
});

it('what the service and Grafana both say of a rule stands once, as the service says it', () => {
  const own = (rule: string, of: string) =>
    told(`telltale ${rule} ${of}`, 'firing', { labels: { alertname: rule, threshold: rule, said_by: 'telltale' } });
  const grafana = (rule: string, labels: Record<string, string>) =>
    told(`g-${Object.values(labels)}`, 'firing', { labels: { alertname: `G ${rule}`, threshold: rule, ...labels } });
  const events = [
    ...[grafana('budget_user_day', { user: 'ada' }), grafana('budget_user_day', { user: 'bob' })],
    own('budget_user_day', 'ada'),
  ];
  expect(firingAlerts(events, unknown).map(({ summary }) => summary)).toEqual(['G budget_user_day', 'budget_user_day']);
  expect(firingAlerts(events, unknown).map(({ fingerprint }) => fingerprint)).toEqual([
    'g-bob',
    'telltale budget_user_day ada',
  ]);
});

it('tells the number as it is now, where somebody knows it', () => {
  const annotations = { summary: 'today cost $2.50' };
  const budget = told('telltale budget_day', 'firing', { labels: { alertname: 'Daily budget spent' }, annotations });
  const other = told('other', 'firing', { labels: { alertname: 'Other' }, annotations });
  const now = (fingerprint: string) => (fingerprint === 'other' ? undefined : 'today cost $3.00');
  expect(firingAlerts([budget, other], now).map(({ summary }) => summary)).toEqual([
    'Daily budget spent: today cost $3.00',
    'Other: today cost $2.50',
  ]);
});
