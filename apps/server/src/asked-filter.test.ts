import { expect, it } from 'vitest';
import { readAskedFilter } from './asked-filter.ts';

it('reads dates in the zone of the service', () => {
  const from = (zone: string) => JSON.stringify(readAskedFilter('since:2026-11-20', { timeZone: zone, me: undefined }));
  expect(from('Etc/GMT-3')).toContain(`"fromMs":${Date.parse('2026-11-19T21:00:00Z')}`);
  expect(from('UTC')).toContain(`"fromMs":${Date.parse('2026-11-20T00:00:00Z')}`);
});
