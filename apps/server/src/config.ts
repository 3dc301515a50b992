import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '@telltale/core/present';
import { type Thresholds, thresholdNames, thresholds } from '@telltale/core/thresholds';
import { proxiesAt } from './access/address.ts';
import { type AlertTargets, readTargets } from './alerts/target-config.ts';
import type { RetentionRules } from './store/retention/rules.ts';

/** Everything the service is told from outside, read once at the start. */
export interface Config {
  /** Everything of one installation: `telltale.db`, `spool/`, `config.json`, `hooks/`. */
  home: string;
  host: string;
  port: number;
  /** Where OTLP/HTTP is taken beside `port`; `off` where a collector owns the port. */
  otlpPort: number | 'off';
  /** How many days the client's notes on hooks and plugins are kept. */
  hookTelemetryDays: number;
  /** How many days metric points and spans are kept. */
  telemetryDays: number;
  /** What age and size take; what is absent is kept for ever. */
  retention: RetentionRules;
  /** Where this service is, as hooks on this machine name it; decides which spool folder is its own. */
  url: string;
  publicUrl: string;
  /** Where a browser finds Grafana; absent where none was named, so no page links to one that is not there. */
  grafanaUrl?: string;
  /** The zone that cuts every "day". */
  timeZone: string;
  /** Host names that are answered beside `localhost`, `127.0.0.1` and `[::1]`. */
  allowedHosts: readonly string[];
  /** Addresses and networks of proxies elsewhere whose word on who asks counts, as that of those on this machine does. */
  trustedProxies: readonly string[];
  /** Whether everyone needs a token: always where others than this machine can reach the port. */
  requiresTokens: boolean;
  /** How many days the audit log is kept. */
  auditDays: number;
  /** Vite's origins in `npm run dev`; empty otherwise. */
  devOrigins: readonly string[];
  /** Claude Code's own folder, which the history import reads. */
  claudeFolder: string;
  /** Whether what tells of persons is masked like secrets. */
  redactPii: boolean;
  /** Where a document of each session is kept, too. */
  archive?: ArchiveConfig;
  /** What this installation is part of: `prod`, `staging`; told in exports. */
  environment?: string;
  /** Prices of one's own (`prices.ts`); absent: those of `prices.json` in `home`, where that file is. */
  prices?: { file: string } | { json: string };
  /** Where Prometheus and Loki answer, to compare with what they know. */
  prometheusUrl?: string;
  lokiUrl?: string;
  /** From which amount on an alert is wanted; what is unset is off. */
  thresholds: Thresholds;
  /** Where alerts are sent beside the page. */
  alertTargets: AlertTargets;
}

/** A folder, or a bucket of S3 or of what speaks like it. */
export type ArchiveConfig = (
  | { folder: string }
  | { bucket: string; prefix: string; endpoint?: string; region?: string }
) & {
  /** Whether what the agent thought is kept with what it said. */
  thinking: boolean;
};

/** Bad configuration: names the variable, the rule and what came. It stops the start. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads the variables of the contract; throws a `ConfigError` at the first that breaks its rule. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, userHome: string = homedir()): Config {
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;

  const host = text('TELLTALE_HOST', '127.0.0.1');
  const port = portOf('TELLTALE_PORT', text('TELLTALE_PORT', '4000'));
  const otlpText = text('TELLTALE_OTLP_PORT', '4318');
  const otlpPort = otlpText === 'off' ? otlpText : portOf('TELLTALE_OTLP_PORT', otlpText, ' or off');
  const isOpen = isOpenBind(host, text('TELLTALE_PUBLISHED_ON', ''));

  const pricesText = text('TELLTALE_PRICES', '');
  const prometheusUrl = text('TELLTALE_PROMETHEUS_URL', '');
  const lokiUrl = text('TELLTALE_LOKI_URL', '');

  return {
    home: folderOf('TELLTALE_HOME', text('TELLTALE_HOME', join(userHome, '.telltale')), userHome),
    host,
    port,
    otlpPort,
    hookTelemetryDays: daysOf('TELLTALE_HOOK_TELEMETRY_DAYS', text('TELLTALE_HOOK_TELEMETRY_DAYS', '7')),
    telemetryDays: daysOf('TELLTALE_TELEMETRY_DAYS', text('TELLTALE_TELEMETRY_DAYS', '90')),
    retention: retentionOf(env),
    url: urlOf('TELLTALE_URL', text('TELLTALE_URL', `http://127.0.0.1:${port}`)),
    publicUrl: urlOf('TELLTALE_PUBLIC_URL', text('TELLTALE_PUBLIC_URL', `http://localhost:${port}`)),
    ...(text('GRAFANA_PUBLIC_URL', '') && { grafanaUrl: urlOf('GRAFANA_PUBLIC_URL', text('GRAFANA_PUBLIC_URL', '')) }),
    timeZone: zoneOf('TELLTALE_TZ', text('TELLTALE_TZ', Intl.DateTimeFormat().resolvedOptions().timeZone)),
    allowedHosts: listOf(env.TELLTALE_ALLOWED_HOSTS).map((name) => hostNameOf('TELLTALE_ALLOWED_HOSTS', name)),
    trustedProxies: proxiesOf('TELLTALE_TRUSTED_PROXIES', env.TELLTALE_TRUSTED_PROXIES),
    requiresTokens: requiresTokens(isOpen, text('TELLTALE_REQUIRE_TOKENS', '')),
    auditDays: daysOf('TELLTALE_AUDIT_DAYS', text('TELLTALE_AUDIT_DAYS', '180')),
    devOrigins: listOf(env.TELLTALE_DEV_ORIGINS).map((origin) => new URL(urlOf('TELLTALE_DEV_ORIGINS', origin)).origin),
    claudeFolder: resolve(text('CLAUDE_CONFIG_DIR', join(userHome, '.claude'))),
    redactPii: switchOf('TELLTALE_REDACT_PII', text('TELLTALE_REDACT_PII', 'off')),
    ...archiveOf(text),
    ...(text('TELLTALE_ENVIRONMENT', '') && { environment: text('TELLTALE_ENVIRONMENT', '') }),
    ...(pricesText && { prices: pricesOf(pricesText, userHome) }),
    ...(prometheusUrl && { prometheusUrl: urlOf('TELLTALE_PROMETHEUS_URL', prometheusUrl) }),
    ...(lokiUrl && { lokiUrl: urlOf('TELLTALE_LOKI_URL', lokiUrl) }),
    thresholds: thresholdsOf(env),
    alertTargets: readTargets(text, (sentence) => new ConfigError(sentence)),
  };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Whether others than this machine reach the port. */
function isOpenBind(host: string, publishedOn: string): boolean {
  if (publishedOn && !isLoopback(publishedOn)) {
    throw new ConfigError(`TELLTALE_PUBLISHED_ON must be 127.0.0.1, got "${publishedOn}"`);
  }
  return !isLoopback(host) && !publishedOn;
}

/** On loopback it is a choice: a proxy on this machine may open the port to others. */
function requiresTokens(isOpen: boolean, told: string): boolean {
  const isWanted = told === '' ? isOpen : switchOf('TELLTALE_REQUIRE_TOKENS', told);
  if (isWanted || !isOpen) return isWanted;
  throw new ConfigError(
    `TELLTALE_REQUIRE_TOKENS must be on where TELLTALE_HOST is no loopback address, because anyone who reaches the port could read your sessions, got "${told}"`,
  );
}

function portOf(name: string, text: string, alternative = ''): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65535) return port;
  throw new ConfigError(`${name} must be 1–65535${alternative}, got "${text}"`);
}

function thresholdsOf(env: Readonly<Record<string, string | undefined>>): Thresholds {
  const set: Thresholds = {};
  for (const name of thresholdNames) {
    const { variable } = thresholds[name];
    const text = env[variable]?.trim();
    if (!text) continue;
    if (!/^\d+(\.\d+)?$/.test(text)) throw new ConfigError(`${variable} must be a number such as 10, got "${text}"`);
    set[name] = Number(text);
  }
  return set;
}

function archiveOf(text: (name: string, fallback: string) => string): { archive?: ArchiveConfig } {
  const told = text('TELLTALE_ARCHIVE', '');
  if (told === '') return {};
  const url = URL.canParse(told) ? new URL(told) : undefined;
  const thinking = switchOf('TELLTALE_ARCHIVE_THINKING', text('TELLTALE_ARCHIVE_THINKING', 'on'));
  if (url?.protocol === 'file:' && url.host === '') return { archive: { folder: fileURLToPath(url), thinking } };
  if (url?.protocol === 's3:' && url.host !== '') {
    const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
    const endpoint = text('TELLTALE_ARCHIVE_ENDPOINT', '');
    const region = text('TELLTALE_ARCHIVE_REGION', '');
    return {
      archive: {
        ...{ bucket: url.host, prefix, thinking },
        ...(endpoint && { endpoint: urlOf('TELLTALE_ARCHIVE_ENDPOINT', endpoint) }),
        ...(region && { region }),
      },
    };
  }
  throw new ConfigError(`TELLTALE_ARCHIVE must be file:///a/folder or s3://bucket/prefix, got "${told}"`);
}

function switchOf(name: string, text: string): boolean {
  if (/^(on|1|true)$/i.test(text)) return true;
  if (/^(off|0|false)$/i.test(text)) return false;
  throw new ConfigError(`${name} must be on or off, got "${text}"`);
}

/** Unset is for ever. */
function retentionOf(env: Readonly<Record<string, string | undefined>>): RetentionRules {
  const days = (name: string) => {
    const text = env[name]?.trim();
    if (!text) return undefined;
    if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
    throw new ConfigError(`${name} must be a number of days, 1–9999, or empty to keep everything, got "${text}"`);
  };
  return present({
    resultsDays: days('TELLTALE_KEEP_RESULTS_DAYS'),
    transcriptsDays: days('TELLTALE_KEEP_TRANSCRIPTS_DAYS'),
    eventsDays: days('TELLTALE_KEEP_EVENTS_DAYS'),
    maxBytes: maxBytesOf('TELLTALE_MAX_DATABASE_MB', env.TELLTALE_MAX_DATABASE_MB?.trim()),
  });
}

function maxBytesOf(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  const megabytes = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (megabytes >= 50) return megabytes * 1e6; // decimal, as the page counts
  throw new ConfigError(`${name} must be a number of megabytes, 50–9999999, or empty for no limit, got "${text}"`);
}

function daysOf(name: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new ConfigError(`${name} must be a number of days, 0–9999, got "${text}"`);
}

function urlOf(name: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new ConfigError(`${name} must be an http or https address such as http://127.0.0.1:4000, got "${text}"`);
}

function zoneOf(name: string, text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    // Intl's only way to say that it does not know the zone.
    throw new ConfigError(`${name} must be a time zone such as Europe/Berlin or UTC, got "${text}"`);
  }
}

function hostNameOf(name: string, text: string): string {
  if (/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?)$/i.test(text)) return text.toLowerCase();
  throw new ConfigError(`${name} must be host names without port, separated by commas, got "${text}"`);
}

function proxiesOf(name: string, text: string | undefined): string[] {
  const proxies = listOf(text);
  if (proxiesAt(proxies)) return proxies;
  throw new ConfigError(
    `${name} must be addresses or networks such as 10.0.0.7 or 172.16.0.0/12, separated by commas, got "${text}"`,
  );
}

function folderOf(name: string, text: string, userHome: string): string {
  if (text.includes('\0')) throw new ConfigError(`${name} must be a folder, got a NUL byte`);
  // A shell leaves the tilde alone inside quotes and in env files.
  const path = text === '~' || text.startsWith('~/') ? join(userHome, text.slice(1)) : text;
  // Hooks and service start in different folders.
  if (!isAbsolute(path)) throw new ConfigError(`${name} must be an absolute path, got "${text}"`);
  return resolve(path);
}

/** A container has no file of the user's: there the variable holds the prices themselves. */
function pricesOf(text: string, userHome: string): { file: string } | { json: string } {
  return text.startsWith('{') ? { json: text } : { file: folderOf('TELLTALE_PRICES', text, userHome) };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
