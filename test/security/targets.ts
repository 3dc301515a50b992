import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreatedToken, type TokenScope, tokenScopes } from '@telltale/core/access-view';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../ports.ts';
import { prepareService, type Service } from '../service.ts';

/** A service that is attacked: as it runs on one's own machine, or opened to others, where everyone needs a token. */
export interface Target {
  service: Service;
  url: string;
  /** The address of the port for telemetry. */
  otlpUrl: string;
  /** Of each scope one; empty where nobody needs any. */
  tokens: Partial<Record<TokenScope, CreatedToken>>;
  /** Asks as its admin. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Tells it of a hook event, as whoever may. */
  fire(input: object, headers?: Record<string, string>): Promise<Response>;
}

export const modes = ['on loopback', 'beyond loopback, with tokens'] as const;
export type Mode = (typeof modes)[number];

/** There for all tests of a file or a `describe`. */
export function targetFor(mode: Mode = 'on loopback', env: Record<string, string> = {}): { readonly current: Target } {
  let target: Target | undefined;
  beforeAll(async () => {
    target = await startTarget(mode, env);
  });
  afterAll(async () => {
    await target?.service.stop();
    if (target) await rm(target.service.home, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    get current() {
      if (!target) throw new Error('there is a target only while a test runs');
      return target;
    },
  };
}

async function startTarget(mode: Mode, env: Record<string, string>): Promise<Target> {
  const home = mkdtempSync(join(tmpdir(), 'telltale-target-'));
  const tokens: Target['tokens'] = mode === 'on loopback' ? {} : await makeTokens(home);
  const otlpPort = await freePort();
  const service = await prepareService({
    home,
    env: {
      TELLTALE_OTLP_PORT: `${otlpPort}`,
      ...(mode !== 'on loopback' && { TELLTALE_HOST: '0.0.0.0' }),
      ...env,
    },
  });
  await service.start();
  const bearing = (scope: TokenScope) => bearer(tokens[scope]);
  return {
    ...{ service, tokens, url: service.url, otlpUrl: `http://127.0.0.1:${otlpPort}` },
    ask(path, init = {}) {
      const asked = { ...init, headers: { ...bearing('admin'), ...init.headers } };
      const answer = fetch(service.url + path, asked);
      // Who sent too much is left with a connection that the service has closed; the next one is a new one.
      return init.method === undefined ? answer.catch(() => fetch(service.url + path, asked)) : answer;
    },
    fire: (input, headers = {}) =>
      fetch(`${service.url}/ingest/hook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearing('ingest'), ...headers },
        body: JSON.stringify(input),
      }),
  };
}

export function bearer(token: CreatedToken | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token.token}` } : {};
}

/** They are made before it is opened: without any it would not start. */
async function makeTokens(home: string): Promise<Record<TokenScope, CreatedToken>> {
  const before = await prepareService({ home });
  await before.start();
  const made = {} as Record<TokenScope, CreatedToken>;
  for (const scope of tokenScopes) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: scope, scope });
    const response = await fetch(`${before.url}/api/access/tokens`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`no token: ${response.status} ${await response.text()}`);
    made[scope] = (await response.json()) as CreatedToken;
  }
  await before.stop();
  return made;
}

/** What anybody could have changed, for a comparison with before. */
export async function stateOf({ ask }: Target): Promise<Record<string, unknown>> {
  const json = async (path: string) => (await ask(path)).json() as Promise<Record<string, unknown>>;
  const { events, sessions } = await json('/api/status');
  const { tokens } = (await json('/api/access/tokens')) as { tokens: CreatedToken[] };
  return {
    ...{ events, sessions },
    ...{ tokens: tokens.map(({ name }) => name).sort(), annotations: await json('/api/annotations') },
    import: (await json('/api/import')).state,
  };
}
