import { unknownApp } from '@telltale/core';
import type { Store } from '../store/store.ts';
import { labelValue } from './info-metrics.ts';

const dayMs = 24 * 60 * 60_000;
/** Each is a series in Prometheus. */
const maxSessions = 2000;

/**
 * Who and where, as hooks tell it, for the sessions of the last day: telemetry knows a session's id, and its project
 * only if the client was told one. Dashboards join the two.
 */
export function renderSessionInfo(store: Store, now: number): string {
  const lines = store
    .recentSessions(now - dayMs, maxSessions)
    .filter(({ app }) => app !== unknownApp)
    .map(({ id, app, user = '', host = '' }) => {
      const labels = Object.entries({ session_id: id, project: app, user, host });
      return `telltale_session_info{${labels.map(([name, value]) => `${name}=${labelValue(value)}`).join(',')}} 1\n`;
    });
  if (lines.length === 0) return '';
  return `# HELP telltale_session_info Recent sessions, as their hooks tell them.\n# TYPE telltale_session_info gauge\n${lines.join('')}`;
}
