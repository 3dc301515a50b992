import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';

export const settings: Check = {
  title: 'settings files',
  look({ settings: files, client }) {
    const [bad, ...more] = files.filter(({ problem }) => problem !== undefined);
    if (bad)
      return failed(
        `${bad.problem?.replace(/,? ?(Mend|mend) it,.*$/s, '').trim()}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
        `Mend ${bad.path}; strict JSON has neither comments nor a comma too many.`,
      );
    if (files.length === 0 && client === undefined) return ok('There are no settings of Claude Code yet.');
    return ok(`Read as Claude Code reads them: ${files.map(({ path }) => path).join(', ') || 'there are none'}.`);
  },
};
