import type { Session, SessionPage } from '@telltale/core';
import protobuf from 'protobufjs/light.js';
import { expect, it } from 'vitest';
import { asCollected, otlpBodies } from '../../../../packages/core/fixtures/otlp.ts';
import { servedIn, servedScenarios, sumOf } from '../../../../packages/core/fixtures/served.ts';
import { type TestService, testService } from '../../fixtures/test-service.ts';
import { otlpSchema } from '../ingest/otlp-schema.ts';

const schema = protobuf.Root.fromJSON(otlpSchema);
const roads = { logs: 'Logs', metrics: 'Metrics' } as const;
type Kind = keyof typeof roads;

/** OTLP/JSON → the bytes of the same request; ids are bytes there. */
function encoded(kind: Kind, body: object): Uint8Array {
  const withBytes = JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    /^(trace|span)Id$/.test(key) && typeof value === 'string' ? Buffer.from(value, 'hex').toString('base64') : value,
  ) as Record<string, unknown>;
  const type = schema.lookupType(`Export${roads[kind]}ServiceRequest`);
  return type.encode(type.fromObject(withBytes)).finish();
}

const ways = {
  'as JSON': (service, kind, body) => service.post(`/v1/${kind}`, body),
  'as JSON of a collector': (service, kind, body) => service.post(`/v1/${kind}`, asCollected(body)),
  'as protobuf': (service, kind, body) =>
    service.post(`/v1/${kind}`, encoded(kind, body), { 'content-type': 'application/x-protobuf' }),
} as const satisfies Record<string, (service: TestService, kind: Kind, body: object) => Promise<Response>>;

async function expectServed(service: TestService): Promise<void> {
  for (const recording of servedScenarios) {
    const { sessionIds, requests } = servedIn(recording);
    for (const sessionId of sessionIds) {
      const { micros, tokens } = sumOf(requests.filter((request) => request.sessionId === sessionId));
      const session = (await (await service.get(`/api/sessions/${sessionId}`)).json()) as Session;
      expect([session.id, Math.round((session.costUsd ?? Number.NaN) * 1e9)]).toEqual([
        sessionId,
        Math.round(micros * 1000),
      ]);
      expect(session.tokens).toEqual(tokens);
    }
  }
  const { sessions } = (await (await service.get('/api/sessions?limit=100')).json()) as SessionPage;
  // Continuing a conversation begins under an id that nothing else ever has: it is no session.
  const known = servedScenarios.flatMap((recording) => servedIn(recording).sessionIds);
  expect(sessions.map(({ id }) => id).sort()).toEqual(known.sort());
}

it('all recordings cost what the API served, whichever way they come, in whatever order, and once', async () => {
  for (const [way, send] of Object.entries(ways)) {
    const service = await testService();
    for (const kinds of [
      ['metrics', 'logs'],
      ['logs', 'metrics'],
    ] as const)
      for (const recording of servedScenarios)
        for (const kind of kinds)
          for (const body of otlpBodies(`${recording}-${kind}`).reverse())
            expect([way, (await send(service, kind, body)).status]).toEqual([way, 200]);
    await expectServed(service);
    for (const other of Object.values(ways))
      for (const recording of servedScenarios)
        for (const body of otlpBodies(`${recording}-logs`)) await other(service, 'logs', body);
    await expectServed(service);
  }
});
