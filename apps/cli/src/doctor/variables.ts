import { join } from 'node:path';
import { readText } from '@telltale/hooks/connect/files.mjs';
import { type SettingsFile, variablesOf } from './settings-files.ts';

/** A variable that the client goes by, and where it is set. */
interface Variable {
  value: string;
  place: string;
}

export type Variables = ReadonlyMap<string, Variable>;

/** What the client ignores in a project's settings since 2.1.282 (measured variable by variable). */
export const isIgnoredInProjects = (name: string) =>
  /^(CLAUDE_CODE_ENABLE_TELEMETRY|CLAUDE_CODE_ENHANCED_TELEMETRY_BETA|OTEL_(METRICS|LOGS|TRACES)_EXPORTER|OTEL_EXPORTER_OTLP_\w+|OTEL_LOG_\w+)$/.test(
    name,
  );

export interface Environment {
  /** The shell's. */
  env: Readonly<Record<string, string | undefined>>;
  settings: readonly SettingsFile[];
  /** The folder of Telltale. */
  home: string;
}

/** Of telemetry: the shell's, then the user's settings, then managed ones; else what `claude --settings` is told. */
export function telemetryVariables({ env, settings, home }: Environment): Variables {
  const told = collected([
    ['your shell', env],
    ...settings.map((file): [string, Record<string, string>] => [
      file.path,
      Object.fromEntries(
        Object.entries(variablesOf(file)).filter(
          ([name]) => file.level === 'user' || file.level === 'managed' || !isIgnoredInProjects(name),
        ),
      ),
    ]),
  ]);
  if (told.has('CLAUDE_CODE_ENABLE_TELEMETRY')) return told;
  const file = join(home, 'telemetry.json');
  return new Map([...told, ...collected([[file, ownVariables(file)]])]);
}

/** Of hooks: every level counts. */
export function hookVariables({ env, settings }: Pick<Environment, 'env' | 'settings'>): Variables {
  return collected([
    ['your shell', env],
    ...settings.map((file): [string, Record<string, string>] => [file.path, variablesOf(file)]),
  ]);
}

function collected(levels: readonly [string, Readonly<Record<string, string | undefined>>][]): Variables {
  const variables = new Map<string, Variable>();
  for (const [place, values] of levels)
    for (const [name, value] of Object.entries(values)) if (value) variables.set(name, { value, place });
  return variables;
}

function ownVariables(file: string): Record<string, string> {
  try {
    return variablesOf({ level: 'user', path: file, settings: JSON.parse(readText(file) ?? '{}') });
  } catch {
    return {}; // `claude --settings` says what is wrong with it.
  }
}
