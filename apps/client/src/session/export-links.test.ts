import { exportFormats } from '@telltale/core/export';
import { expect, it } from 'vitest';
import { exportAddress, exportKinds } from './export-links.ts';

it('offers every format of the service', () => {
  expect(exportKinds.map(({ format }) => format).sort()).toEqual([...exportFormats].sort());
});

it('asks for personal data to be masked only where that is wanted', () => {
  expect(exportAddress('a/b', 'csv', false)).toBe('/api/sessions/a%2Fb/export?format=csv');
  expect(exportAddress('s-1', 'html', true)).toBe('/api/sessions/s-1/export?format=html&pii=mask');
});
