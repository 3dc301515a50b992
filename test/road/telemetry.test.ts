import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TelltaleEvent } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { openConnection } from '../../apps/server/src/store/connection.ts';
import type { ClientAge } from '../client/binary.ts';
import { requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { scenarios } from '../scenarios/index.ts';
import { root, type Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { createExportWitness, type ExportWitness } from './export-witness.ts';
import { exporting } from './exporting.ts';
import type { ToldRecord } from './wire-reader.ts';

const plays = [
  { age: 'new', protocol: 'http/json', names: ['tools', 'parallel-subagents', 'resumed', 'api-errors-retried'] },
  { age: 'new', protocol: 'http/protobuf', names: ['tools', 'parallel-subagents'] },
  { age: 'old', protocol: 'http/protobuf', names: ['tools'] },
] as const satisfies { age: ClientAge; protocol: string; names: string[] }[];

for (const { age, protocol, names } of plays) {
  describe.runIf(await requiresClaude(age))(`what the client (${age}) exports as ${protocol}`, () => {
    const running = serviceFor('tests');

    for (const name of names) {
      const scenario = scenarios.find((one) => one.name === name);
      if (!scenario) throw new Error(`there is no scenario ${name}`);

      it(`of ${name} is what the service holds, once, in the session that its hooks tell`, async () => {
        const service = running.current;
        const witness = await createExportWitness(service.url);
        const project = `${name}-${age}`;
        const env = exporting(witness.url, protocol);
        const stage = await createConnectedStage({ service, age, project, env, settings: scenario.settings ?? {} });
        try {
          await scenario.play(stage);
          await delivered(stage, service);
          await expectHeldOnce(service, witness);
          await expectJoined(service, stage.api.requests, project);
        } finally {
          await stage.close();
          await witness.close();
        }
      });
    }
  });
}

describe.runIf(await requiresClaude())('an answer that gets lost', () => {
  const running = serviceFor('tests');

  it('has the client send again, and nothing is held twice', async () => {
    const service = running.current;
    const witness = await createExportWitness(service.url, { dropsEvery: 2 });
    const env = exporting(witness.url, 'http/protobuf');
    const stage = await createConnectedStage({ service, project: 'lost', env });
    try {
      await scenarios.find((one) => one.name === 'tools')?.play(stage);
      await delivered(stage, service);
      expect(witness.records.length).toBeGreaterThan(new Set(witness.records.map(keyOf)).size);
      await expectHeldOnce(service, witness);
    } finally {
      await stage.close();
      await witness.close();
    }
  });
});

describe.runIf(await requiresClaude())('the settings of docs/telemetry.md', () => {
  const running = serviceFor('tests');

  it('work as user settings, with the name that connect gives the project', async () => {
    const service = running.current;
    const witness = await createExportWitness(service.url);
    const stage = await createConnectedStage({ service, project: 'my-shop', install: ['connected'] });
    try {
      const settings = readFileSync(join(root, 'hooks/telemetry/settings.json'), 'utf8');
      const file = join(stage.world.home, '.claude', 'settings.json');
      writeFileSync(file, settings.replace('http://127.0.0.1:4318', witness.url));
      await stage.run(stage.prompt('Say hello.', [{ say: 'Hello.' }]));
      await delivered(stage, service);
      const events = (await service.events()).filter(({ source }) => source === 'otel');
      expect(events.length).toBe(witness.records.length);
      expect(new Set(events.map(({ app }) => app))).toEqual(new Set(['my-shop']));
      const request = events.find(({ name }) => name === 'api_request');
      expect(request?.payload?.resource).toMatchObject({ project: 'my-shop' });
      const prompt = events.find(({ name }) => name === 'user_prompt');
      expect(JSON.stringify(prompt?.payload)).not.toContain('Say hello');
    } finally {
      await stage.close();
      await witness.close();
    }
  });
});

async function expectHeldOnce(service: Service, witness: ExportWitness): Promise<void> {
  const sent = [...new Set(witness.records.map(keyOf))].sort();
  const sessions = new Set(witness.records.map(({ session }) => session));
  const events = (await service.events()).filter(({ source }) => source === 'otel');
  const held = events
    .filter(({ sessionId = '' }) => sessions.has(sessionId))
    .map(heldKeyOf)
    .sort();
  expect(sent.length).toBeGreaterThan(40);
  expect(held).toEqual(sent);
  expect(new Set(witness.posts.map(({ path }) => path))).toEqual(new Set(['/v1/logs', '/v1/metrics', '/v1/traces']));
  expect(witness.posts.filter(({ status }) => status !== 200)).toEqual([]);
}

/** The same session, prompt and request ids on both roads; points and spans in tables of their own. */
async function expectJoined(
  service: Service,
  served: readonly { requestId: string; status: number; wasCut: boolean }[],
  project: string,
): Promise<void> {
  const events = await service.events(`app=${project}`);
  const hooks = events.filter(({ source }) => source === 'hook');
  const requests = events.filter(({ name }) => name === 'api_request');
  const answered = served.filter(({ status, wasCut }) => status === 200 && !wasCut);
  expect(requests.map(({ payload }) => payload?.request_id).sort()).toEqual(
    answered.map((one) => one.requestId).sort(),
  );
  const told = (key: 'sessionId' | 'promptId') => new Set(hooks.map((event) => event[key]));
  for (const event of requests) expect(told('sessionId')).toContain(event.sessionId);
  for (const { promptId, name } of events) if (name === 'tool_result') expect(told('promptId')).toContain(promptId);

  const database = openConnection(join(service.home, 'telltale.db'), { readonly: true });
  const count = (sql: string) => database.prepare<[], number>(sql).pluck().get();
  expect(count(`SELECT count(*) FROM metric_series WHERE name = 'claude_code.token.usage'`)).toBeGreaterThan(3);
  expect(count('SELECT count(*) FROM metric_series WHERE no NOT IN (SELECT series FROM metric_points)')).toBe(0);
  expect(count(`SELECT count(*) FROM spans WHERE name = 'claude_code.llm_request'`)).toBeGreaterThan(0);
  expect(count('SELECT count(*) FROM dead_letters')).toBe(0);
  database.close();
}

const keyOf = ({ session, sequence, time, name }: ToldRecord) => `${session} ${sequence} ${time.slice(0, -6)} ${name}`;

const heldKeyOf = ({ sessionId, payload, at, name }: TelltaleEvent) =>
  `${sessionId} ${String(payload?.['event.sequence'])} ${Date.parse(at)} ${name}`;
