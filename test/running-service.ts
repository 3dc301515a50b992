import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { prepareService, type Service } from './service.ts';

const scopes = { tests: [beforeAll, afterAll], 'each test': [beforeEach, afterEach] } as const;

/** A service on a home of its own, there for all tests of a `describe` or made for each; `current` is it. */
export function serviceFor(scope: keyof typeof scopes, isStarted = true): { readonly current: Service } {
  const [before, after] = scopes[scope];
  let service: Service | undefined;
  before(async () => {
    service = await prepareService({ home: mkdtempSync(join(tmpdir(), 'telltale-home-')) });
    if (isStarted) await service.start();
  });
  after(async () => {
    await service?.stop();
    if (service) await rm(service.home, { recursive: true, force: true, maxRetries: 5 });
    service = undefined;
  });
  return {
    get current() {
      if (!service) throw new Error('there is a service only while a test runs');
      return service;
    },
  };
}
