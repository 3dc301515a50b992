import { isOurs, registrations } from '@telltale/hooks/registration.mjs';
import type { SettingsFile } from './settings-files.ts';

export interface Registered {
  path: string;
  event: string;
  command: string;
  args: string[];
}

/** Our handlers of all settings, as they stand there. */
export function registeredHooks(settings: readonly SettingsFile[]): Registered[] {
  return settings.flatMap(({ path, settings: { hooks } }) =>
    Object.entries((hooks ?? {}) as Record<string, { hooks?: unknown }[]>).flatMap(([event, groups]) =>
      groups
        .flatMap((group) => (Array.isArray(group.hooks) ? group.hooks : []))
        .filter(isOurs)
        .map((handler: { command?: unknown; args?: unknown }) => ({
          ...{ path, event, command: String(handler.command) },
          args: Array.isArray(handler.args) ? handler.args.map(String) : [],
        })),
    ),
  );
}

/** A plugin's hooks are in no settings file; that it is on, is. */
export function isPluginOn(settings: readonly SettingsFile[]): boolean {
  const plugins = Object.assign({}, ...settings.map(({ settings }) => settings.enabledPlugins ?? {}));
  return Object.entries(plugins).some(([name, isOn]) => name.startsWith('telltale@') && isOn === true);
}

/** Events that should be told and are not. */
export function missingEvents(registered: readonly Registered[]): string[] {
  return Object.keys(registrations).filter((event) => !registered.some((one) => one.event === event));
}

/** Events for which different texts of ours are registered; the client runs each of those. */
export function doubledEvents(registered: readonly Registered[]): string[] {
  return Object.keys(registrations).filter(
    (event) =>
      new Set(registered.filter((one) => one.event === event).map(({ command, args }) => [command, ...args].join('\0')))
        .size > 1,
  );
}
