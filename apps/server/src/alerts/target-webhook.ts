import { createHmac } from 'node:crypto';
import { postJson } from './post.ts';
import type { AlertTarget, TargetOptions } from './target.ts';
import type { AlertTargets } from './target-config.ts';

/**
 * JSON in the form of Grafana's and Alertmanager's webhooks. With a secret it is signed: `X-Telltale-Signature` is
 * `sha256=` and the HMAC in hex over `<X-Telltale-Timestamp>.<body>`, so that nobody can send it again later.
 */
export function webhookTarget(
  { url, secret }: NonNullable<AlertTargets['webhook']>,
  { publicUrl }: TargetOptions,
): AlertTarget {
  return {
    kind: 'webhook',
    async send({ id, alerts, isTest, signal }) {
      const status = alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved';
      const body = JSON.stringify({
        ...{ version: '4', receiver: 'telltale', status, externalURL: publicUrl },
        ...(isTest && { test: true }),
        alerts,
      });
      await postJson(url, body, {
        headers: { 'x-telltale-delivery': id, ...(secret !== undefined && signed(body, secret)) },
        signal,
      });
    },
  };
}

function signed(body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-telltale-timestamp': timestamp, 'x-telltale-signature': `sha256=${hmac}` };
}
