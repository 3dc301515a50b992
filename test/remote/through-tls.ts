import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { total } from '@telltale/observability/query/total.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientAge } from '../client/binary.ts';
import type { RunningClaude } from '../client/run.ts';
import { createStage, type Stage } from '../client/stage.ts';
import { connect } from '../installs.ts';
import { expectShown, telemetry } from '../otlp/client-truth.ts';
import { type Target, targetFor } from '../security/targets.ts';
import { root } from '../service.ts';
import { logql, promql } from '../stack/queries.ts';
import { shipped } from '../stack/shipped.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { type Certificate, makeCertificate } from './certificate.ts';

/** What keeps telemetry out; the client is none the wiser. */
const obstacles = {
  new: ['no token', 'a wrong token', 'an unknown authority'],
  old: ['a wrong token'],
} as const satisfies Record<ClientAge, readonly string[]>;
type Obstacle = (typeof obstacles)['new'][number];

/**
 * The real client, the collector as docker-compose.remote.yml has it, and the Prometheus and Loki that `stackOf` gives.
 * The settings are those of docs/remote.md.
 */
export function describeThroughTls(age: ClientAge, stackOf: () => Stack): void {
  describe('through TLS, with a token by otelHeadersHelper', () => {
    const telltale = targetFor('beyond loopback, with tokens');
    let folder: string;
    let certificate: Certificate;
    let remote: Stack;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'telltale-tls-'));
      certificate = await makeCertificate(folder);
      const { prometheus, loki } = stackOf();
      remote = await createStack({
        start: ['collector'],
        ...{ prometheusUrl: prometheus, lokiUrl: loki, telltaleUrl: telltale.current.url },
        collectorExtras: [
          shipped('collector/remote.yaml', {
            '/run/telltale-tls/certificate.pem': certificate.certificate,
            '/run/telltale-tls/key.pem': certificate.key,
          }),
        ],
        collectorEnv: {
          TELLTALE_SENDER_TOKENS: `[ttk_of-another,${senderToken(telltale.current)}]`,
          TELLTALE_INGEST_TOKEN: senderToken(telltale.current),
        },
      });
    });
    afterAll(async () => {
      await remote?.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const endpoint = () => remote.otlp.replace('http://127.0.0.1', 'https://localhost');

    it('comes through with its token, to the token and the micro-dollar, and not with anything less', async () => {
      for (const obstacle of obstacles[age]) {
        const stage = await stageWith(obstacle);
        try {
          await saysItAll(stage.start(promptOf(stage)));
        } finally {
          await stage.close();
        }
      }
      const stage = await stageWith(undefined);
      try {
        // Its last hook holds the client until everything is there: at its end it gives its exports two seconds.
        const held = holdAtStop(stage);
        const claude = stage.start(promptOf(stage));
        await stage.fired('Stop', 1, 60_000);
        await expectShown(stackOf(), projectOf(undefined), stage);
        await expectStored(telltale.current, stage);
        held.letGo();
        await saysItAll(claude);
      } finally {
        await stage.close();
      }
      // Everything goes one way, in order: what did not come until now does not come.
      for (const obstacle of obstacles[age]) {
        const filter = `project="${projectOf(obstacle)}"`;
        const query = total({ metric: 'tokens', by: ['session_id'], filter, range: '1h' });
        expect(await promql(stackOf().prometheus, query), obstacle).toEqual([]);
        const events = `sum(count_over_time({service_name="claude-code"} | ${filter} [1h]))`;
        expect(await logql(stackOf().loki, events), obstacle).toEqual([]);
      }
    });

    if (age === 'new')
      it('answers 401 to HTTP, and the same to gRPC, where the token is missing or wrong', async () => {
        const right = `Bearer ${senderToken(telltale.current)}`;
        const asked = [undefined, 'Bearer ttk_wrong', 'Basic dGVsbHRhbGU6', right, 'Bearer ttk_of-another'];
        const answers: unknown[] = [];
        for (const authorization of asked)
          answers.push([
            await postStatus(endpoint(), certificate.authority, authorization),
            await grpcStatus(remote.otlpGrpc, certificate.authority, authorization),
          ]);
        const [unauthenticated, fine] = [16, 0];
        expect(answers).toEqual([...[1, 2, 3].map(() => [401, unauthenticated]), ...[1, 2].map(() => [200, fine])]);
        // Without TLS there is no answer of OTLP at all.
        expect((await fetch(`${remote.otlp}/v1/logs`, { method: 'POST', body: '{}' })).status).toBe(400);
      });

    const projectOf = (obstacle: Obstacle | undefined) => `tls-${age}-${obstacle?.replaceAll(' ', '-') ?? 'through'}`;

    async function stageWith(obstacle: Obstacle | undefined): Promise<Stage> {
      const project = projectOf(obstacle);
      const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...variables } = telemetry(endpoint(), project);
      const stage = await createStage({ age, project, env: variables });
      const token = obstacle === 'a wrong token' ? 'ttk_wrong' : senderToken(telltale.current);
      const given = obstacle === 'no token' ? [] : ['--token', token];
      // Nobody listens where hooks are sent: telemetry is what is looked at.
      await connect(stage, '--global', '--url', 'http://127.0.0.1:9', ...given);
      const place = join(stage.world.home, '.claude', 'settings.json');
      const { env, ...shown } = shownSettings();
      const { NODE_EXTRA_CA_CERTS: __, ...unbelieving } = env;
      const told = {
        ...(obstacle === 'an unknown authority' ? unbelieving : env),
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(),
        ...(obstacle !== 'an unknown authority' && { NODE_EXTRA_CA_CERTS: certificate.certificate }),
      };
      const before = JSON.parse(readFileSync(place, 'utf8')) as object;
      writeFileSync(place, JSON.stringify({ ...before, ...shown, env: told }));
      return stage;
    }
  });
}

/** As docs/remote.md shows them. */
function shownSettings(): { otelHeadersHelper: string; env: Record<string, string> } {
  const text = readFileSync(join(root, 'docs', 'remote.md'), 'utf8');
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
}

/** One turn with a tool call. */
function promptOf(stage: Stage): string {
  return stage.prompt('Look around.', [
    { say: 'Looking.', calls: [{ name: 'Bash', input: { command: 'ls', description: 'Look' } }] },
    { say: 'Done.' },
  ]);
}

/** Whatever becomes of its telemetry, it ends well and says nothing of it. */
async function saysItAll({ done }: RunningClaude): Promise<void> {
  const { exitCode, stderr, messages } = await done;
  const result = { type: 'result', subtype: 'success', is_error: false, result: 'Done.' };
  expect([exitCode, messages.at(-1)]).toEqual([0, expect.objectContaining(result)]);
  expect(stderr).not.toMatch(/otel|otlp|telemetry|export|certificate|401/i);
}

/** The client waits for its hooks at Stop. */
function holdAtStop({ world }: Stage): { letGo(): void } {
  const [settings, signal] = [join(world.home, '.claude', 'settings.json'), join(world.folder, 'go')];
  const command = `for turn in $(seq 550); do [ -e '${signal}' ] && exit 0; sleep 0.1; done`;
  const { hooks, ...rest } = JSON.parse(readFileSync(settings, 'utf8')) as { hooks: Record<string, object[]> };
  const Stop = [...(hooks.Stop ?? []), { hooks: [{ type: 'command', command, timeout: 60 }] }];
  writeFileSync(settings, JSON.stringify({ ...rest, hooks: { ...hooks, Stop } }));
  return { letGo: () => writeFileSync(signal, '') };
}

/** Telltale asks for a token, too; the collector has one of its own. */
async function expectStored(telltale: Target, stage: Stage): Promise<void> {
  const requests = await waitFor('the requests in Telltale', async () => {
    const answer = await telltale.ask('/api/events?name=api_request&limit=100');
    const { events } = (await answer.json()) as { events: { payload: { request_id?: string } }[] };
    return events.length >= stage.api.requests.length && events;
  });
  expect(requests).toHaveLength(stage.api.requests.length);
}

function senderToken({ tokens }: Target): string {
  const { ingest } = tokens;
  if (!ingest) throw new Error('there is a token only where one is needed');
  return ingest.token;
}

function postStatus(url: string, ca: string, authorization: string | undefined): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  return new Promise((answer, failed) => {
    request(`${url}/v1/logs`, { method: 'POST', ca, headers, agent: false }, (response) => {
      response.resume().once('end', () => answer(response.statusCode));
    })
      .once('error', failed)
      .end('{}');
  });
}

/** The status of gRPC for an export of nothing. */
function grpcStatus(address: string, ca: string, authorization: string | undefined): Promise<number> {
  return new Promise((answer, failed) => {
    const session = connectHttp2(`https://${address}`, { ca }).once('error', failed);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(authorization && { authorization }),
    });
    let status: unknown;
    // An answer without a body has its status among the headers.
    stream.on('response', (headers) => {
      status = headers['grpc-status'];
    });
    stream.on('trailers', (trailers) => {
      status = trailers['grpc-status'] ?? status;
    });
    stream.resume().once('error', failed);
    stream.once('close', () => {
      session.close();
      answer(Number(status));
    });
    stream.end(Buffer.alloc(5)); // not compressed, no bytes
  });
}
