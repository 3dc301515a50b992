import { Command } from '@commander-js/extra-typings';
import { plural, type Session, sessionPageSchema } from '@telltale/core';
import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { confirm } from '../ask.ts';
import { cleanText } from '../clean-text.ts';
import type { Context } from '../context.ts';
import { deleteSession, eraseFromLoki, findProbes, leftOf } from '../erase.ts';
import { findSession } from '../find-session.ts';
import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';
import { removeFromSpool } from '../spool.ts';

export function eraseCommand(context: Context) {
  return new Command()
    .summary('sessions, for good, with a proof')
    .description(
      'Erases sessions: events, transcripts, search index, costs and what waits in the spool of this machine. What is sent again of them stays erased. Then it searches for their words, and says that nothing is found.',
    )
    .option('--session <id>', 'one session')
    .option('--app <name>', 'all sessions of a project')
    .option('--loki <url>', 'also their lines in this Loki, where it allows deletion')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'what was done, as JSON')
    .action(async ({ session, app, loki, yes, json }) => {
      const { service, isInteractive, note } = context;
      if ((session === undefined) === (app === undefined))
        throw new Problem('Which: --session <id> or --app <name>?', 2);
      const telltale = service();
      const sessions =
        session !== undefined ? [await findExact(telltale, session)] : await sessionsOf(telltale, app ?? '');
      if (sessions.length === 0) throw new Problem(`There is no session of a project "${cleanText(app ?? '')}".`);

      for (const { id, app, title } of sessions.slice(0, 10))
        note(`  ${id}  ${cleanText(app)}  ${cleanText(title ?? '').slice(0, 60)}`);
      if (sessions.length > 10) note(`  … and ${sessions.length - 10} more`);
      if (!yes && !isInteractive) throw new Problem('Nobody can be asked here: --yes erases without a question.', 2);
      const question = `Erase ${plural(sessions.length, 'session')} of ${telltale.url} for good?`;
      if (!yes && !(await confirm(question, false))) throw new Problem('Nothing was erased.');

      const done = await erase(telltale, sessions, loki);
      if (json) context.print(JSON.stringify(done, null, 2));
      else for (const line of linesOf(done)) context.print(line);
      if (done.left.length > 0) throw new Problem('Not everything is gone; run it again.');
    });
}

/** Words of all sessions together that are searched for, before and after. */
const maxProbes = 200;

interface Erased {
  sessions: string[];
  /** Events that waited on this machine. */
  spooled: number;
  /** Words that the search found before and does not find now. */
  words: number;
  /** What is still there, by session. */
  left: { session: string; what: string[] }[];
  loki?: { taken: number } | { refused: string };
}

async function erase(service: Service, sessions: readonly Session[], loki: string | undefined): Promise<Erased> {
  const probes = new Map<string, string[]>();
  const most = Math.max(1, Math.min(12, Math.floor(maxProbes / sessions.length)));
  for (const session of sessions) probes.set(session.id, await findProbes(service, session, most));
  // The spool first: an event that is sent after its session was erased would count as its going on.
  const spooled = removeFromSpool(telltaleHome(), (id) => probes.has(id));
  for (const { id } of sessions) await deleteSession(service, id);
  const left: Erased['left'] = [];
  for (const [session, words] of probes) {
    const what = await leftOf(service, session, words);
    if (what.length > 0) left.push({ session, what });
  }
  const ids = [...probes.keys()];
  return {
    ...{ sessions: ids, spooled, left, words: [...probes.values()].flat().length },
    ...(loki !== undefined && { loki: await eraseFromLoki(loki, ids) }),
  };
}

function linesOf({ sessions, spooled, words, left, loki }: Erased): string[] {
  const lines = [
    `Erased ${plural(sessions.length, 'session')}${spooled > 0 ? ` and ${plural(spooled, 'event')} in the spool` : ''}.`,
  ];
  if (left.length === 0)
    lines.push(
      `Proof: no session, event or line of a transcript is there; ${words > 0 ? `of ${plural(words, 'word')} that the search found, it finds none` : 'the search had none of their words'}.`,
    );
  for (const { session, what } of left) lines.push(`Still there of ${session}: ${what.join(', ')}.`);
  if (loki && 'taken' in loki)
    lines.push(`Loki has taken ${plural(loki.taken, 'wish', 'wishes')} to delete; its compactor does it later.`);
  if (loki && 'refused' in loki)
    lines.push(
      `Loki deletes nothing (${loki.refused}); its lines go by its retention. deletion_mode in its settings allows it.`,
    );
  lines.push('Not touched: Claude Code’s own transcripts in ~/.claude/projects, backups, and copies in an archive.');
  return lines;
}

/** By its whole id: what is erased is not guessed. */
async function findExact(service: Service, id: string): Promise<Session> {
  const session = await findSession(service, id);
  if (session.id === id) return session;
  throw new Problem(`To erase it, name the whole id: ${session.id}`, 2);
}

async function sessionsOf(service: Service, app: string): Promise<Session[]> {
  const found: Session[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ app, limit: '500', cursor });
    const page: { sessions: Session[]; next: string | null } = await service.get(
      `/api/sessions?${query}`,
      sessionPageSchema,
    );
    found.push(...page.sessions);
    cursor = page.next;
  }
  return found;
}
