import { expect, it } from 'vitest';
import { renderInfo } from './info-metrics.ts';

const where = {
  version: '1.0.0',
  publicUrl: 'http://localhost:4000',
  timeZone: 'Europe/Berlin',
};

it('tells where the service is, and the thresholds that are set', () => {
  expect(renderInfo({ ...where, thresholds: { budget_day: 25.5, mcp_failures: 0 } })).toBe(
    [
      '# HELP telltale_info Where this service is.',
      '# TYPE telltale_info gauge',
      'telltale_info{version="1.0.0",public_url="http://localhost:4000",time_zone="Europe/Berlin",day_step="1h"} 1',
      '# HELP telltale_threshold Above this an alert fires.',
      '# TYPE telltale_threshold gauge',
      'telltale_threshold{alert="budget_day"} 25.5',
      'telltale_threshold{alert="mcp_failures"} 0',
      '',
    ].join('\n'),
  );
});

it('says nothing of thresholds when none is set', () => {
  expect(renderInfo({ ...where, thresholds: {} })).not.toContain('threshold');
});

it('tells Grafana from which steps it can put the days of the time zone together', () => {
  expect(renderInfo({ ...where, timeZone: 'Asia/Kathmandu', thresholds: {} })).toContain('day_step="15m"');
});
