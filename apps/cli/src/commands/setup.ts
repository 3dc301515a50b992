import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { askPlace } from '../setup/questions.ts';
import { setUp, setUpStatusLine, undo, undoStatusLine } from '../setup/set-up.ts';
import { telemetryPlaces } from '../setup/telemetry.ts';
import { whoChoices } from '../setup/who.ts';

export function setupCommand(context: Context) {
  return new Command()
    .summary('connect Claude Code: hooks, and telemetry')
    .description(
      'Puts Telltale’s hooks into the settings of a project or of yours, and tells the client to send its telemetry. Shows what changes, keeps a backup; can be run again.',
    )
    .option('--project [folder]', 'one project; without a folder, the one you are in')
    .option('--global', 'all your projects')
    .addOption(
      new Option(
        '--telemetry <where>',
        'user: in your own settings, for every project (usual with --global); file: a file for claude --settings (usual with --project); none',
      ).choices(telemetryPlaces),
    )
    .option('--log-prompts', 'telemetry also has the text of prompts; without it, only their length')
    .option('--traces', 'spans, too')
    .option('--statusline', 'a status line around yours: who else waits; context and limits exactly on the page')
    .addOption(
      new Option(
        '--who <choice>',
        'on: events say who and where (user, machine, repository, commit); off: they do not',
      ).choices(whoChoices),
    )
    .option('--app <name>', 'another name for the project than its folder’s')
    .option('--url <url>', 'where to send from now on')
    .option('--token <token>', 'what to send it with; better: set TELLTALE_TOKEN')
    .option('--dry-run', 'only show what would change')
    .option('--undo', 'take away what setup put there, and nothing else')
    .option('-y, --yes', 'ask nothing')
    .action(async ({ project, global: isGlobal = false, yes, ...options }) => {
      const { cwd, isInteractive } = context;
      const asks = isInteractive && !yes && !options.dryRun;
      const isPlaced = project !== undefined || isGlobal;
      if (project !== undefined && isGlobal) throw new Problem('Either --project or --global, not both.', 2);
      if (options.app !== undefined && isGlobal)
        throw new Problem('--app names one project, so it needs --project.', 2);
      if (options.statusline && !isPlaced) {
        const wishes = { ...options, asks, isGlobal: true, project: undefined };
        return options.undo ? undoStatusLine(wishes, context) : setUpStatusLine(wishes, context);
      }
      if (!isPlaced && !asks) throw new Problem('Which one: --project <folder>, or --global for all your projects?', 2);
      const named = { isGlobal, project: project && resolve(cwd, project === true ? '.' : project) };
      const wishes = { ...options, asks, ...(isPlaced ? named : await askPlace(cwd)) };
      return options.undo ? undo(wishes, context) : setUp(wishes, context);
    });
}
