import { discoverySchema, plural } from '@telltale/core';
import type { Check } from '../check.ts';
import { type Finding, ok, warning } from '../finding.ts';
import { isPluginOn, registeredHooks } from '../hooks-in-effect.ts';
import type { Machine } from '../machine.ts';
import type { SettingsFile } from '../settings-files.ts';

/** What Claude Code does where `cleanupPeriodDays` is not set. */
const usualDays = 30;

export const transcripts: Check = {
  title: 'transcripts',
  async look(machine) {
    return judge(machine, await lackingHere(machine));
  },
};

/** `lacking`: how many sessions of this machine are not in the archive at all; absent where nobody can tell. */
export function judge({ settings, self }: Pick<Machine, 'settings' | 'self'>, lacking: number | undefined): Finding {
  const days = keptDays(settings);
  const goes =
    days === undefined
      ? `Claude Code deletes transcripts after ${usualDays} days, as cleanupPeriodDays is not set`
      : `Claude Code keeps transcripts for ${plural(days, 'day')}`;
  // Whoever set it knows.
  const say = (said: string, fix: string) => (days === undefined ? warning(said, fix) : ok(said));
  if (lacking !== undefined && lacking > 0)
    return say(
      `${goes}; ${plural(lacking, 'session')} of this machine ${lacking === 1 ? 'is' : 'are'} not here yet.`,
      `${self} import --all brings them here, where they stay; or set cleanupPeriodDays in your settings of Claude Code.`,
    );
  const areTaken = registeredHooks(settings).length > 0 || isPluginOn(settings);
  if (areTaken || lacking === 0) return ok(`${goes}; what hooks brought here stays.`);
  return say(
    `${goes}, and no hook brings them here before.`,
    `${self} setup puts the hooks in; or set cleanupPeriodDays in your settings of Claude Code.`,
  );
}

function keptDays(settings: readonly SettingsFile[]): number | undefined {
  const told = settings.map((file) => file.settings.cleanupPeriodDays);
  return told.filter((days): days is number => typeof days === 'number').at(-1);
}

async function lackingHere({ answer, service }: Machine): Promise<number | undefined> {
  // Another machine's service looks into the folder of that one.
  if (!answer.status || !/^https?:\/\/(127\.|localhost|\[::1\])/.test(service.url)) return undefined;
  const found = await service.get('/api/import/discover', discoverySchema).catch(() => undefined);
  return found?.isThere ? found.sessions - found.here - found.partly : undefined;
}
