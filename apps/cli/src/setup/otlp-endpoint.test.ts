import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { guardedService } from '../../../server/fixtures/guarded-service.ts';
import { createService } from '../service.ts';
import { findOtlpEndpoint } from './otlp-endpoint.ts';

it('finds the collector beside a service that asks for tokens, with the token of the hooks', async () => {
  const service = await guardedService();
  const { token } = service.tokens.viewer;
  const collector = createServer((request, response) => {
    response.writeHead(request.headers.authorization === `Bearer ${token}` ? 200 : 401).end();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  try {
    const { port } = collector.address() as AddressInfo;
    const asWhom = (one: string) => createService({}, service.url, one);
    expect(await findOtlpEndpoint(asWhom(token), `${port}`)).toEqual({
      ...{ endpoint: `http://127.0.0.1:${port}`, why: 'the collector beside the service' },
    });
    // A token that the collector does not know: what it would send there is lost.
    expect(await findOtlpEndpoint(asWhom(service.tokens.admin.token), `${port}`)).toMatchObject({
      endpoint: service.url,
    });
  } finally {
    collector.close();
  }
});
