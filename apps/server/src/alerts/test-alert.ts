import type { AlertMessage } from '@telltale/core';

/** Says of itself that it is a test, wherever it is read. */
export function testAlert(now: number): AlertMessage {
  const at = new Date(now).toISOString();
  return {
    ...{ fingerprint: 'telltale test', status: 'firing', startsAt: at, endsAt: '0001-01-01T00:00:00Z' },
    labels: { alertname: 'Test', severity: 'info', said_by: 'telltale', test: 'true' },
    annotations: {
      summary: 'this is a test, nothing is wrong: alerts arrive here',
      runbook: 'Nothing is to be done.',
    },
  };
}
