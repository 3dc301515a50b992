import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertsView } from '@telltale/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectServed } from '../ledger/cost.ts';
import { truthOf } from '../otlp/client-truth.ts';
import { requiresClaude } from '../requires.ts';
import { exporting } from '../road/exporting.ts';
import { hello } from '../scenarios/hello.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { tools } from '../scenarios/tools.ts';
import { prepareService, type Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { waitFor } from '../wait.ts';

/** Between what the two scenarios cost. */
const budgetUsd = 0.02;
const protocols = { new: 'http/json', old: 'http/protobuf' } as const;

for (const age of ['new', 'old'] as const) {
  describe.runIf(await requiresClaude(age))(`the real client (${age}) and its budget`, () => {
    it('is told of a session that the API served for more, of no other, and once, over a restart', async () => {
      const received: { alerts: { labels: Record<string, string> }[] }[] = [];
      const service = await serviceWith(await receiver((body) => received.push(JSON.parse(body))));
      const cheap = await played(service, age, hello);
      const dear = await played(service, age, tools);
      expect(cheap.costUsd).toBeLessThan(budgetUsd);
      expect(dear.costUsd).toBeGreaterThan(budgetUsd);

      const fired = async () => (await service.get<AlertsView>('/api/alerts')).history;
      const [one] = await waitFor('the alert', async () => {
        const alerts = await fired();
        return alerts.length > 0 && alerts;
      });
      expect(one).toMatchObject({ status: 'firing', sessionId: dear.sessionId, severity: 'warning' });
      expect(one?.summary).toMatch(/^Budget of a session spent: this session cost \$0\.0\d+, the budget is \$0\.02/);
      await waitFor('the webhook', () => received.length > 0);
      expect(received.map(({ alerts }) => alerts.map(({ labels }) => labels.session_id))).toEqual([[dear.sessionId]]);

      await service.kill();
      await service.start();
      // Another session's end shows that the service has looked again.
      const again = await played(service, age, tools);
      await waitFor('its alert', async () => (await fired()).some(({ sessionId }) => sessionId === again.sessionId));
      expect((await fired()).map(({ sessionId }) => sessionId)).toEqual([again.sessionId, dear.sessionId]);
    });
  });
}

async function serviceWith(webhook: string): Promise<Service> {
  const home = mkdtempSync(join(tmpdir(), 'telltale-alerts-'));
  const env = { TELLTALE_BUDGET_SESSION_USD: String(budgetUsd), TELLTALE_ALERT_WEBHOOK_URL: webhook };
  const service = await prepareService({ home, env });
  await service.start();
  onTestFinished(async () => {
    await service.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  return service;
}

/** One session, and what the API served it for. */
async function played(service: Service, age: 'new' | 'old', scenario: Scenario) {
  const env = exporting(service.url, protocols[age]);
  const stage = await createConnectedStage({ service, age, project: `${scenario.name}-${age}`, env });
  try {
    await scenario.play(stage);
    await delivered(stage, service);
    const [sessionId] = [...(await expectServed(service, stage)).keys()];
    if (sessionId === undefined) throw new Error(`${scenario.name} made no session`);
    return { sessionId, costUsd: Object.values(truthOf(stage).costsUsd).reduce((sum, usd) => sum + usd, 0) };
  } finally {
    await stage.close();
  }
}

async function receiver(take: (body: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      take(Buffer.concat(chunks).toString());
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
