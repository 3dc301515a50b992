import { describe, expect, it } from 'vitest';
import { ConfigError, isLoopback, readConfig } from './config.ts';

const read = (env: Record<string, string>) => readConfig(env, '/home/dev');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

it('reads defaults from an empty environment', () => {
  expect(read({})).toEqual({
    home: '/home/dev/.telltale',
    host: '127.0.0.1',
    port: 4000,
    otlpPort: 4318,
    hookTelemetryDays: 7,
    telemetryDays: 90,
    retention: {},
    url: 'http://127.0.0.1:4000',
    publicUrl: 'http://localhost:4000',
    timeZone: zone,
    allowedHosts: [],
    ...{ requiresTokens: false, trustedProxies: [], auditDays: 180 },
    devOrigins: [],
    claudeFolder: '/home/dev/.claude',
    redactPii: false,
    thresholds: {},
    alertTargets: {},
  });
});

it('reads every variable of the contract', () => {
  expect(
    read({
      TELLTALE_HOME: '~/tt',
      TELLTALE_HOST: '::1',
      TELLTALE_PORT: '5000',
      TELLTALE_OTLP_PORT: 'off',
      TELLTALE_HOOK_TELEMETRY_DAYS: '30',
      TELLTALE_TELEMETRY_DAYS: '400',
      TELLTALE_KEEP_RESULTS_DAYS: '14',
      TELLTALE_KEEP_TRANSCRIPTS_DAYS: '60',
      TELLTALE_KEEP_EVENTS_DAYS: '365',
      TELLTALE_MAX_DATABASE_MB: '2048',
      TELLTALE_URL: 'http://10.0.0.2:5000/',
      TELLTALE_PUBLIC_URL: 'https://tt.example/',
      GRAFANA_PUBLIC_URL: 'https://grafana.example',
      TELLTALE_TZ: 'Europe/Berlin',
      TELLTALE_REQUIRE_TOKENS: 'on',
      TELLTALE_TRUSTED_PROXIES: '10.0.0.7, fd00::/8',
      TELLTALE_AUDIT_DAYS: '30',
      TELLTALE_ALLOWED_HOSTS: 'A.example, b.lan ,',
      TELLTALE_DEV_ORIGINS: 'http://localhost:5173',
      CLAUDE_CONFIG_DIR: '/srv/claude',
      TELLTALE_REDACT_PII: 'on',
      TELLTALE_ARCHIVE: 's3://traces/ams/team/',
      TELLTALE_ARCHIVE_ENDPOINT: 'https://s3.example/',
      TELLTALE_ARCHIVE_REGION: 'eu-central-1',
      TELLTALE_ARCHIVE_THINKING: 'off',
      TELLTALE_ENVIRONMENT: 'staging',
      TELLTALE_PRICES: '~/prices.json',
      TELLTALE_PROMETHEUS_URL: 'http://prometheus:9090/',
      TELLTALE_LOKI_URL: 'http://loki:3100',
      TELLTALE_BUDGET_DAY_USD: '25.50',
      TELLTALE_ALERT_MCP_FAILURES: '0',
      TELLTALE_ALERT_REFUSALS: '',
      TELLTALE_ALERT_SLACK_URL: 'https://hooks.example/T0/B0',
      TELLTALE_ALERT_MAIL_TO: 'you@example.com, ops@example.com',
      TELLTALE_ALERT_MAIL_SERVER: 'smtps://ada:pass@mail.example',
    }),
  ).toEqual({
    home: '/home/dev/tt',
    host: '::1',
    port: 5000,
    otlpPort: 'off',
    hookTelemetryDays: 30,
    telemetryDays: 400,
    retention: { resultsDays: 14, transcriptsDays: 60, eventsDays: 365, maxBytes: 2048e6 },
    url: 'http://10.0.0.2:5000',
    publicUrl: 'https://tt.example',
    grafanaUrl: 'https://grafana.example',
    timeZone: 'Europe/Berlin',
    allowedHosts: ['a.example', 'b.lan'],
    ...{ requiresTokens: true, trustedProxies: ['10.0.0.7', 'fd00::/8'], auditDays: 30 },
    devOrigins: ['http://localhost:5173'],
    claudeFolder: '/srv/claude',
    redactPii: true,
    archive: {
      ...{ bucket: 'traces', prefix: 'ams/team', thinking: false },
      ...{ endpoint: 'https://s3.example', region: 'eu-central-1' },
    },
    environment: 'staging',
    prices: { file: '/home/dev/prices.json' },
    prometheusUrl: 'http://prometheus:9090',
    lokiUrl: 'http://loki:3100',
    thresholds: { budget_day: 25.5, mcp_failures: 0 },
    alertTargets: {
      slack: { url: 'https://hooks.example/T0/B0' },
      mail: {
        server: 'smtps://ada:pass@mail.example',
        to: ['you@example.com', 'ops@example.com'],
        from: 'you@example.com',
      },
    },
  });
});

it('takes an empty variable as absent, as env files write them', () => {
  expect(read({ TELLTALE_PORT: '', TELLTALE_HOME: ' ' })).toMatchObject({ port: 4000, home: '/home/dev/.telltale' });
});

describe('what stops the start', () => {
  it.each([
    [{ TELLTALE_PORT: '80a' }, 'TELLTALE_PORT must be 1–65535, got "80a"'],
    [{ TELLTALE_PORT: '0' }, 'TELLTALE_PORT must be 1–65535, got "0"'],
    [{ TELLTALE_PORT: '65536' }, 'TELLTALE_PORT must be 1–65535, got "65536"'],
    [{ TELLTALE_PORT: '0x10' }, 'TELLTALE_PORT must be 1–65535, got "0x10"'],
    [
      { TELLTALE_HOOK_TELEMETRY_DAYS: 'a week' },
      'TELLTALE_HOOK_TELEMETRY_DAYS must be a number of days, 0–9999, got "a week"',
    ],
    [
      { TELLTALE_KEEP_RESULTS_DAYS: '0' },
      'TELLTALE_KEEP_RESULTS_DAYS must be a number of days, 1–9999, or empty to keep everything, got "0"',
    ],
    [
      { TELLTALE_KEEP_EVENTS_DAYS: '1y' },
      'TELLTALE_KEEP_EVENTS_DAYS must be a number of days, 1–9999, or empty to keep everything, got "1y"',
    ],
    [
      { TELLTALE_MAX_DATABASE_MB: '5' },
      'TELLTALE_MAX_DATABASE_MB must be a number of megabytes, 50–9999999, or empty for no limit, got "5"',
    ],
    [{ TELLTALE_HOME: 'rel/home' }, 'TELLTALE_HOME must be an absolute path, got "rel/home"'],
    [{ TELLTALE_OTLP_PORT: 'no' }, 'TELLTALE_OTLP_PORT must be 1–65535 or off, got "no"'],
    [
      { TELLTALE_TZ: 'Mars/Olympus' },
      'TELLTALE_TZ must be a time zone such as Europe/Berlin or UTC, got "Mars/Olympus"',
    ],
    [
      { TELLTALE_URL: 'localhost:4000' },
      'TELLTALE_URL must be an http or https address such as http://127.0.0.1:4000, got "localhost:4000"',
    ],
    [
      { TELLTALE_ALLOWED_HOSTS: 'a.example:80' },
      'TELLTALE_ALLOWED_HOSTS must be host names without port, separated by commas, got "a.example:80"',
    ],
    [
      { TELLTALE_TRUSTED_PROXIES: '10.0.0.0/33' },
      'TELLTALE_TRUSTED_PROXIES must be addresses or networks such as 10.0.0.7 or 172.16.0.0/12, separated by commas, got "10.0.0.0/33"',
    ],
    [{ TELLTALE_BUDGET_DAY_USD: '5 $' }, 'TELLTALE_BUDGET_DAY_USD must be a number such as 10, got "5 $"'],
    [
      { TELLTALE_HOST: '0.0.0.0', TELLTALE_PUBLISHED_ON: '0.0.0.0' },
      'TELLTALE_PUBLISHED_ON must be 127.0.0.1, got "0.0.0.0"',
    ],
  ])('%j', (env, message) => expect(() => read(env)).toThrow(new ConfigError(message)));

  it.each(['0.0.0.0', '::', '192.168.1.5', 'telltale.lan', '127.0.0.1.evil.example'])(
    'a bind to %s, which others can reach, without tokens',
    (host) => {
      expect(read({ TELLTALE_HOST: host }).requiresTokens).toBe(true);
      expect(() => read({ TELLTALE_HOST: host, TELLTALE_REQUIRE_TOKENS: 'off' })).toThrow(
        /TELLTALE_REQUIRE_TOKENS must be on where TELLTALE_HOST is no loopback address.*got "off"/,
      );
    },
  );

  it('but not one whose port is published on this machine only', () => {
    const published = { TELLTALE_HOST: '0.0.0.0', TELLTALE_PUBLISHED_ON: '127.0.0.1' };
    expect(read(published)).toMatchObject({ host: '0.0.0.0', requiresTokens: false });
    expect(read({ ...published, TELLTALE_REQUIRE_TOKENS: 'on' }).requiresTokens).toBe(true);
  });
});

it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]'])('%s is loopback', (host) =>
  expect(isLoopback(host)).toBe(true),
);

it('reads where sessions are archived', () => {
  expect(read({ TELLTALE_ARCHIVE: 'file:///srv/my%20archive' }).archive).toEqual({
    folder: '/srv/my archive',
    thinking: true,
  });
  expect(read({ TELLTALE_ARCHIVE: 's3://traces' }).archive).toEqual({ bucket: 'traces', prefix: '', thinking: true });
  for (const wrong of ['/srv/archive', 's3:///prefix', 'https://bucket', 'file://host/folder']) {
    expect(() => read({ TELLTALE_ARCHIVE: wrong })).toThrow(
      `TELLTALE_ARCHIVE must be file:///a/folder or s3://bucket/prefix, got "${wrong}"`,
    );
  }
  expect(() => read({ TELLTALE_REDACT_PII: 'yes please' })).toThrow(
    'TELLTALE_REDACT_PII must be on or off, got "yes please"',
  );
});

it('refuses a way of sending that cannot work, and says nothing of what came: it may be a secret', () => {
  const to = 'you@example.com';
  const cases: [Record<string, string>, RegExp][] = [
    [{ TELLTALE_ALERT_WEBHOOK_URL: 'hush' }, /^TELLTALE_ALERT_WEBHOOK_URL must be an http or https address$/],
    [{ TELLTALE_ALERT_SLACK_URL: 'file:///hush' }, /^TELLTALE_ALERT_SLACK_URL must be/],
    [{ TELLTALE_ALERT_WEBHOOK_SECRET: 'hush' }, /which is not set$/],
    [{ TELLTALE_ALERT_MAIL_TO: to }, /need each other$/],
    [{ TELLTALE_ALERT_MAIL_SERVER: 'smtps://hush' }, /need each other$/],
    [{ TELLTALE_ALERT_MAIL_TO: to, TELLTALE_ALERT_MAIL_SERVER: 'mail://a:hush@b' }, /must be smtps:/],
    [{ TELLTALE_ALERT_MAIL_TO: 'hush', TELLTALE_ALERT_MAIL_SERVER: 'smtps://b' }, /must be e-mail addresses/],
  ];
  for (const [env, words] of cases) {
    expect(() => read(env)).toThrow(ConfigError);
    expect(() => read(env)).toThrow(words);
    expect(() => read(env)).not.toThrow(/hush/);
  }
});
