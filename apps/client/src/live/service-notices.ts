import type { LostTranscripts, ServiceStatus, Session } from '@telltale/core';
import { count, plural } from '../words/amount.ts';

const recentMs = 24 * 3_600_000;

/** A storage that cannot write: without a word the page would show agents at rest. */
export function storageNotice(status: ServiceStatus | undefined): string | undefined {
  const problem = status?.storageProblem;
  return problem === undefined ? undefined : `Events cannot be stored. ${problem}`;
}

/** What the page must not keep quiet about: hooks that are installed twice, and what was refused or dropped. */
export function serviceNotices(sessions: readonly Session[], status: ServiceStatus | undefined, now: number): string[] {
  const isRecent = (session: Session) => now - Date.parse(session.lastEventAt) < recentMs;
  const twice = new Set(
    sessions.filter((session) => session.installedTwice && isRecent(session)).map(({ app }) => app),
  );
  const notices: string[] = [];
  if (twice.size > 0) notices.push(`Hooks installed twice: ${[...twice].sort().join(', ')}`);
  if (status && status.rejected > 0) notices.push(`${plural(status.rejected, 'event')} refused by the service`);
  if (status && status.spoolDropped > 0)
    notices.push(`${plural(status.spoolDropped, 'event')} dropped by a full spool`);
  if (status?.archiveProblem !== undefined) notices.push(`Archive: ${status.archiveProblem}`);
  const unpriced = status?.unpricedModels ?? [];
  if (unpriced.length > 0) notices.push(`No price for ${unpriced.join(', ')}: costs are not complete`);
  if (status?.lostTranscripts) notices.push(lostWords(status.lostTranscripts));
  if (status && status.spoolBacklog > 0) notices.push(`${count(status.spoolBacklog)} still in the spool`);
  return notices;
}

function lostWords({ files, isSeen }: LostTranscripts): string {
  const words = `Claude Code deleted ${plural(files, 'old transcript')}`;
  return isSeen
    ? `${words} that ${files === 1 ? 'was' : 'were'} not here yet`
    : `${words}, here or not: its folder cannot be seen`;
}
