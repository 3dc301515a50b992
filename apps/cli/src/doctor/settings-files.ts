import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from '@telltale/hooks/connect/files.mjs';
import { parseSettings } from '@telltale/hooks/connect/merge.mjs';
import { clientFolder } from '@telltale/hooks/connect/place.mjs';
import { managedSettings } from '@telltale/hooks/connect/warnings.mjs';

/** From the weakest to the strongest. */
type SettingsLevel = 'user' | 'project' | 'local' | 'managed';

export interface SettingsFile {
  level: SettingsLevel;
  path: string;
  /** Empty where the client cannot read it. */
  settings: Record<string, unknown>;
  /** Why the client passes over it. */
  problem?: string;
}

/** The settings files that there are for a project, as the client reads them, the strongest last. */
export function settingsFiles(project: string, managed: readonly string[] = managedSettings): SettingsFile[] {
  const places: [SettingsLevel, string][] = [
    ['user', join(clientFolder(), 'settings.json')],
    ['project', join(project, '.claude', 'settings.json')],
    ['local', join(project, '.claude', 'settings.local.json')],
    ...managed.flatMap(withParts).map((path): [SettingsLevel, string] => ['managed', path]),
  ];
  // In the home folder the project's settings are the user's.
  const [[, userPath] = ['user', '']] = places;
  return places
    .filter(([level, path]) => level === 'user' || path !== userPath)
    .flatMap(([level, path]) => {
      try {
        const text = readText(path);
        return text === undefined ? [] : [{ level, path, settings: { ...parseSettings(text.trim() || '{}', path) } }];
      } catch (error) {
        return [{ level, path, settings: {}, problem: error instanceof Error ? error.message : String(error) }];
      }
    });
}

/** Managed settings may lie in several files. */
function withParts(path: string): string[] {
  const folder = join(dirname(path), 'managed-settings.d');
  const parts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  return [path, ...parts.sort().map((name) => join(folder, name))];
}

/** The variables of a settings file; what is no text is the client's to complain about. */
export function variablesOf({ settings }: SettingsFile): Record<string, string> {
  const { env } = settings;
  if (typeof env !== 'object' || env === null) return {};
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
