import { Command } from '@commander-js/extra-typings';
import { ageWords, moneyWords, plural, serviceStatusSchema, sessionPageSchema, sizeWords } from '@telltale/core';
import { cleanText } from '../clean-text.ts';
import type { Context } from '../context.ts';

export function statusCommand({ service, print, colours, now }: Context) {
  return new Command()
    .summary('the service, what it has, and who needs you')
    .description('Shows whether the service runs, what it has stored, what today cost and which sessions wait for you.')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { url, get } = service();
      const status = await get('/api/status', serviceStatusSchema);
      const { sessions } = await get('/api/sessions?limit=500', sessionPageSchema);
      const of = (group: string) => sessions.filter((session) => session.group === group);
      const [needsYou, trouble, working] = [of('needs-you'), of('trouble'), of('working')];
      if (json) {
        const groups = { needsYou: needsYou.length, trouble: trouble.length, working: working.length };
        return print(JSON.stringify({ url, ...status, groups }, null, 2));
      }
      const { bold, dim, yellow, red } = colours;
      print(`${bold('Telltale')} ${status.version} at ${url}`);
      print(
        `  ${plural(status.sessions, 'session')}, ${plural(status.events, 'event')}, ${sizeWords(status.databaseBytes)} on disk`,
      );
      const { costUsd, estimatedUsd } = status.today;
      if (costUsd !== undefined)
        print(
          `  today ${moneyWords(costUsd)}${estimatedUsd > 0 ? dim(` (${moneyWords(estimatedUsd)} of it estimated)`) : ''}`,
        );
      print(`  ${needsYou.length} need you, ${trouble.length} in trouble, ${working.length} working`);
      for (const { id, app, waiting } of needsYou) {
        const [wait] = waiting;
        print(
          `  ${yellow('▲')} ${cleanText(app)} ${dim(cleanText(id.slice(0, 8)))} ${wait ? `${cleanText(wait.summary)} · ${ageWords(now() - Date.parse(wait.since))}` : ''}`,
        );
      }
      for (const session of trouble) {
        const what = session.trouble.map(({ summary }) => cleanText(summary)).join(' · ');
        print(`  ${red('✕')} ${cleanText(session.app)} ${dim(cleanText(session.id.slice(0, 8)))} ${what}`);
      }
      if (status.spoolBacklog > 0) print(`  ${plural(status.spoolBacklog, 'event')} wait in the spool: telltale spool`);
      if (status.spoolDropped > 0)
        print(yellow(`  ${plural(status.spoolDropped, 'event')} were dropped, the spool was full`));
      for (const problem of [status.storageProblem, status.archiveProblem]) if (problem) print(red(`  ${problem}`));
    });
}
