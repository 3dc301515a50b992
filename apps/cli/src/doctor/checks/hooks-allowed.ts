import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';
import { hookVariables } from '../variables.ts';

export const hooksAllowed: Check = {
  title: 'hooks allowed',
  look({ settings, env }) {
    const off = settings.find(({ settings }) => settings.disableAllHooks === true);
    if (off) return failed(`${off.path} has "disableAllHooks": no hook runs.`, 'Take it out of there.');
    const managed = settings.find(({ settings }) => settings.allowManagedHooksOnly === true);
    if (managed)
      return failed(
        `${managed.path} has "allowManagedHooksOnly": only hooks of managed settings run, not ours.`,
        'Whoever manages this machine can register Telltale’s hooks there, or take it out.',
      );
    const disabled = hookVariables({ env, settings }).get('TELLTALE_DISABLED');
    if (disabled?.value === '1')
      return failed(`TELLTALE_DISABLED is 1 in ${disabled.place}: hooks do nothing.`, 'Take it out of there.');
    return ok('Nothing keeps hooks from running.');
  },
};
