import { quoted } from '@telltale/hooks/connect/show.mjs';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import { isPluginOn, missingEvents, registeredHooks } from '../hooks-in-effect.ts';

export const hooks: Check = {
  title: 'hooks registered',
  look({ settings, project, self }) {
    const registered = registeredHooks(settings);
    const places = [...new Set(registered.map(({ path }) => path)), ...(isPluginOn(settings) ? ['the plugin'] : [])];
    if (places.length === 0)
      return failed(
        `No hooks of Telltale are in effect in ${project}: its sessions do not appear.`,
        `${self} setup --project ${quoted(project)}, or --global for all of yours; sessions that run already need a restart. ${self} doctor --project <folder> looks at another one.`,
      );
    const missing = registered.length > 0 ? missingEvents(registered) : [];
    if (missing.length > 0)
      return warning(
        `${places.join(', ')} lacks ${missing.length} of our events: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}.`,
        `Run ${self} setup again where it was run.`,
      );
    return ok(`In effect by ${places.join(', ')}.`);
  },
};
