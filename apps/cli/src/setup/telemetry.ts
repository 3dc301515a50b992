import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeText } from '@telltale/hooks/connect/files.mjs';
import { globalPlace } from '@telltale/hooks/connect/place.mjs';
import { hasRecords, recordOf } from '@telltale/hooks/connect/records.mjs';
import { envOf } from '@telltale/hooks/connect/variables.mjs';
import { managedSettings } from '@telltale/hooks/connect/warnings.mjs';
import settings from '@telltale/hooks/telemetry/settings.json' with { type: 'json' };

/** Where the client honours the variables of telemetry: not in a project's settings, since 2.1.282. */
export const telemetryPlaces = ['user', 'file', 'none'] as const;
export type TelemetryPlace = (typeof telemetryPlaces)[number];

export interface TelemetryWishes {
  endpoint: string;
  token: string | undefined;
  /** The text of prompts, too. */
  prompts: boolean;
  traces: boolean;
}

/** What Claude Code has to be told to export to Telltale; hooks/telemetry/settings.json has the common part. */
export function telemetryVariables({ endpoint, token, prompts, traces }: TelemetryWishes): Record<string, string> {
  return {
    ...settings.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    ...(token && { OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${token}` }),
    ...(prompts && { OTEL_LOG_USER_PROMPTS: '1' }),
    ...(traces && { OTEL_TRACES_EXPORTER: 'otlp', CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1' }),
  };
}

const endpointNames = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
];

/** Telemetry that goes somewhere else already, in words; ours would take it away from there. */
export function telemetryElsewhere(
  endpoint: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const user = globalPlace().settings;
  const ours = recordOf(user)?.variables ?? {};
  const places = [
    ...managedSettings.map((file) => ({ file, variables: readable(file) })),
    { file: user, variables: envOf(readText(user) ?? '', user) },
    { file: 'your shell', variables: env },
  ];
  for (const { file, variables } of places) {
    const name = endpointNames.find((name) => {
      const there = variables[name];
      return (
        typeof there === 'string' &&
        there !== '' &&
        !isSame(there, endpoint) &&
        !(file === user && ours[name] === there)
      );
    });
    if (name) return `${name} is ${String(variables[name])} in ${file}`;
  }
  return undefined;
}

/** The file for `claude --settings`, which beats all other settings. */
export function telemetryFile(home: string): string {
  return join(home, 'telemetry.json');
}

export function writeTelemetryFile(home: string, variables: Record<string, string>): boolean {
  const file = telemetryFile(home);
  const text = `${JSON.stringify({ env: variables }, null, 2)}\n`;
  if (readText(file) === text) return false;
  writeText(file, text, 0o600);
  return true;
}

/** It goes with the last installation. */
export function dropTelemetryFile(home: string): void {
  if (!hasRecords()) rmSync(telemetryFile(home), { force: true });
}

/** Managed settings that cannot be read are the client's to complain about. */
function readable(file: string): Record<string, unknown> {
  try {
    return envOf(readText(file) ?? '', file);
  } catch {
    return {};
  }
}

function isSame(one: string, other: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '').replace('//localhost', '//127.0.0.1');
  return plain(one) === plain(other);
}
