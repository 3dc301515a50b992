import { postJson } from './post.ts';
import type { AlertTarget, TargetOptions } from './target.ts';
import type { AlertTargets } from './target-config.ts';
import { alertLine, pageOf, subjectOf } from './words.ts';

/** More lines are no message. */
const mostLines = 20;

/** The form of Slack's incoming webhooks. */
export function slackTarget({ url }: NonNullable<AlertTargets['slack']>, { publicUrl }: TargetOptions): AlertTarget {
  return {
    kind: 'slack',
    async send(message) {
      const lines = message.alerts
        .slice(0, mostLines)
        .map((alert) => `• ${escaped(alertLine(alert))} <${pageOf(alert, publicUrl)}|open>`);
      const more = message.alerts.length - lines.length;
      const text = [`*${escaped(subjectOf(message))}*`, ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
      await postJson(url, JSON.stringify({ text }), { signal: message.signal });
    },
  };
}

/** Slack reads these three as its own. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
