import { Command } from '@commander-js/extra-typings';
import { type AuditEntry, auditPageSchema } from '@telltale/core/access-view';
import { cleanText } from '../clean-text.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';

export function auditCommand({ service, print, colours }: Context) {
  return new Command()
    .summary('who looked at, exported or deleted what')
    .description('Shows the newest entries of the audit log; never what was read or searched.')
    .option('--session <id>', 'only what concerns this session')
    .option('--limit <count>', 'how many', Number, 100)
    .option('--json', 'as JSON')
    .action(async ({ session, limit, json }) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new Problem('--limit must be 1–1000.', 2);
      const query = new URLSearchParams({ limit: `${limit}`, ...(session !== undefined && { session }) });
      const page = await service().get(`/api/audit?${query}`, auditPageSchema);
      if (json) return print(JSON.stringify(page, null, 2));
      if (page.entries.length === 0) print('Nothing was noted yet.');
      for (const entry of page.entries) print(lineOf(entry, colours));
    });
}

function lineOf({ at, action, who, from, sessionId, detail }: AuditEntry, { dim, yellow }: Context['colours']): string {
  const what = [action === 'refused' ? yellow(action) : action, sessionId, detail].filter(Boolean).join(' ');
  return `${dim(at)}  ${cleanText(who)} ${dim(`(${from})`)}  ${cleanText(what)}`;
}
