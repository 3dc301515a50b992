import { dayStep } from '@telltale/core/day-step';
import type { Thresholds } from '@telltale/core/thresholds';

export interface Info {
  version: string;
  publicUrl: string;
  timeZone: string;
  thresholds: Thresholds;
}

/** What Grafana needs to know of the service: where its pages are, and from which amount on an alert is wanted. */
export function renderInfo({ version, publicUrl, timeZone, thresholds }: Info, now = Date.now()): string {
  // From steps so long Grafana puts the days of that zone together.
  const step = dayStep(timeZone, now);
  const labels = Object.entries({ version, public_url: publicUrl, time_zone: timeZone, day_step: step })
    .map(([name, value]) => `${name}=${labelValue(value)}`)
    .join(',');
  const info = `# HELP telltale_info Where this service is.\n# TYPE telltale_info gauge\ntelltale_info{${labels}} 1\n`;
  const lines = Object.entries(thresholds).map(
    ([name, value]) => `telltale_threshold{alert=${labelValue(name)}} ${value}\n`,
  );
  if (lines.length === 0) return info;
  return `${info}# HELP telltale_threshold Above this an alert fires.\n# TYPE telltale_threshold gauge\n${lines.join('')}`;
}

/** A label's value as Prometheus reads it. */
export function labelValue(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
