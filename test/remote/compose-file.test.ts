import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeFile, remoteFile, remoteText, requiredIn } from '../compose/file.ts';
import { root } from '../service.ts';

const services = Object.entries(remoteFile.services);
const yaml = (path: string) => parse(readFileSync(join(root, 'observability', path), 'utf8'), { merge: true });

describe('docker-compose.remote.yml', () => {
  it('opens the collector and the proxy, and no other part', () => {
    const opened = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    const address = `\${TELLTALE_REMOTE_ADDRESS:-0.0.0.0}`;
    expect(opened).toEqual([
      ['otel-collector', `${address}:\${OTLP_GRPC_PORT:-4317}:4317`],
      ['otel-collector', `${address}:\${OTLP_HTTP_PORT:-4318}:4318`],
      ['proxy', `${address}:\${TELLTALE_HTTPS_PORT:-443}:443`],
      ['proxy', `${address}:\${GRAFANA_HTTPS_PORT:-3443}:3443`],
    ]);
    // In the place of the ports on loopback: the same port twice would be refused.
    expect(remoteText).toMatch(/otel-collector:[\s\S]*ports: !override\n/);
  });

  it('asks for everything that has no good default, and says what it must be', () => {
    expect(requiredIn(remoteText).sort()).toEqual([
      'GRAFANA_ADMIN_PASSWORD',
      ...['TELLTALE_INGEST_TOKEN', 'TELLTALE_NAME', 'TELLTALE_NUMBERS_TOKEN', 'TELLTALE_SENDER_TOKENS'],
      ...['TELLTALE_TLS_CERTIFICATE', 'TELLTALE_TLS_KEY'],
    ]);
    for (const [, why] of remoteText.matchAll(/:\?([^}]*)\}/g))
      expect(why).toMatch(/^must be .{8,}\(docs\/remote\.md\)$/);
  });

  it('lets nobody in without a token or a password', () => {
    const { telltale, grafana } = remoteFile.services;
    expect(telltale?.environment?.TELLTALE_REQUIRE_TOKENS).toBe('on');
    expect(grafana?.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_SECURITY_COOKIE_SECURE: 'true',
    });
    // Through the file that Grafana reads already: it does not start with both.
    expect(grafana?.environment).not.toHaveProperty('GF_SECURITY_ADMIN_PASSWORD');
    expect(composeFile.services.grafana?.environment).toHaveProperty('GF_SECURITY_ADMIN_PASSWORD__FILE');
    for (const { protocols } of Object.values(yaml('collector/remote.yaml').receivers) as Receiver[])
      for (const protocol of ['grpc', 'http'])
        expect(protocols[protocol]).toEqual({
          auth: { authenticator: 'bearertokenauth/senders' },
          tls: expect.objectContaining({ min_version: '1.2' }),
        });
  });

  it('gives the collector the files of before, in the same order, and its own behind them', () => {
    const before = composeFile.services['otel-collector']?.command ?? [];
    expect(remoteFile.services['otel-collector']?.command).toEqual([...before, '--config=/etc/otelcol/remote.yaml']);
  });

  it('has a proxy that is as confined as the gateway, whose image it is', () => {
    const { proxy } = remoteFile.services;
    const {
      profiles: _,
      ports: __,
      volumes: ___,
      healthcheck,
      ...gateway
    } = composeFile.services['otlp-gateway'] ?? {};
    expect(proxy).toMatchObject({ ...gateway, healthcheck: { interval: healthcheck?.interval } });
  });
});

interface Receiver {
  protocols: Record<string, unknown>;
}

describe('a list of the collector’s configuration takes the place of the one before it, so', () => {
  const { service } = yaml('collector/config.yaml');
  const others = readdirSync(join(root, 'observability', 'collector', 'also')).map((name) => `collector/also/${name}`);

  it('remote.yaml has all extensions of config.yaml, and its own', () => {
    const { extensions } = yaml('collector/remote.yaml').service;
    expect(extensions).toEqual([...service.extensions, 'bearertokenauth/senders']);
  });

  it('no other file has extensions, which would take each other’s away', () => {
    for (const path of ['collector/tracing.yaml', ...others]) {
      const file = yaml(path);
      expect(file.extensions, path).toBeUndefined();
      expect(file.service?.extensions, path).toBeUndefined();
    }
  });

  it('no two files that may be used together name the same pipeline', () => {
    const pipelines = ['collector/tracing.yaml', 'collector/remote.yaml', ...others].flatMap((path) => {
      const { pipelines = {} } = yaml(path).service ?? {};
      return Object.keys(pipelines).filter((name) => !(name in service.pipelines));
    });
    expect(new Set(pipelines).size).toBe(pipelines.length);
  });
});

it('Prometheus is configured as ever, but for the token', () => {
  const remote = yaml('prometheus/remote.yml');
  const scrapes = remote.scrape_configs as { job_name: string; authorization?: unknown }[];
  const telltale = scrapes.find(({ job_name }) => job_name === 'telltale');
  expect(telltale?.authorization).toEqual({ credentials_file: '/tmp/telltale-token' });
  delete telltale?.authorization;
  expect(remote).toEqual(yaml('prometheus/prometheus.yml'));
});
