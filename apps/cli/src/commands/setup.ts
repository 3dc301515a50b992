import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from '@commander-js/extra-typings';
import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { portUrl } from '@telltale/hooks/connect/arguments.mjs';
import { type Plan, planConnect, planDisconnect } from '@telltale/hooks/connect/plan.mjs';
import { linesOf, quoted } from '@telltale/hooks/connect/show.mjs';
import { ask, confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { findOtlpEndpoint } from '../otlp-endpoint.ts';
import { Problem } from '../problem.ts';
import { setUpStatusLine } from '../status-line.ts';
import {
  dropTelemetryFile,
  type TelemetryPlace,
  telemetryElsewhere,
  telemetryFile,
  telemetryPlaces,
  telemetryVariables,
  writeTelemetryFile,
} from '../telemetry.ts';

/** Beside the built file, see build.mjs. */
const scripts = fileURLToPath(new URL('./hooks/', import.meta.url));

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
    .option('--statusline', 'your status line says who else waits for you, and tells context and usage limits')
    .option('--app <name>', 'another name for the project than its folder’s')
    .option('--url <url>', 'where to send from now on')
    .option('--token <token>', 'what to send it with; better: set TELLTALE_TOKEN')
    .option('--dry-run', 'only show what would change')
    .option('--undo', 'take away what setup put there, and nothing else')
    .option('-y, --yes', 'ask nothing')
    .action(async (options) => {
      const { cwd, isInteractive, print } = context;
      const asks = isInteractive && !options.yes && !options.dryRun;
      if (options.project !== undefined && options.global)
        throw new Problem('Either --project or --global, not both.', 2);
      if (options.app !== undefined && options.global)
        throw new Problem('--app names one project; use it with --project.', 2);
      if (options.statusline && options.project === undefined && !options.global)
        return setUpStatusLine({ ...options, asks }, context);
      if (options.project === undefined && !options.global && !asks)
        throw new Problem('Which one: --project <folder>, or --global for all your projects?', 2);
      const place =
        options.project !== undefined || options.global
          ? { isGlobal: options.global === true, project: folderOf(options.project, cwd) }
          : await askPlace(cwd);
      const wishes = { ...options, ...place, asks };
      await (options.undo ? undo(wishes, context) : setUp(wishes, context));
      if (options.statusline) {
        print('');
        await setUpStatusLine({ ...options, asks }, context);
      }
    });
}

interface Wishes {
  isGlobal: boolean;
  project: string | undefined;
  telemetry?: TelemetryPlace | undefined;
  logPrompts?: true | undefined;
  traces?: true | undefined;
  app?: string | undefined;
  url?: string | undefined;
  token?: string | undefined;
  dryRun?: true | undefined;
  asks: boolean;
}

async function setUp(wishes: Wishes, { env, service, print, colours, self }: Context): Promise<void> {
  const { isGlobal, project, app, asks } = wishes;
  const token = wishes.token ?? env.TELLTALE_TOKEN;
  const url = wishes.url ?? portUrl();
  const sentTo = service(url, token);
  const telemetry = wishes.telemetry ?? (asks ? await askTelemetry(isGlobal) : isGlobal ? 'user' : 'file');
  const found = telemetry === 'none' ? undefined : await findOtlpEndpoint(sentTo);
  const elsewhere = found && telemetry === 'user' ? telemetryElsewhere(found.endpoint, env) : undefined;
  const prompts = wishes.logPrompts ?? (asks && found && !elsewhere ? await askPrompts() : false);
  const variables =
    found && !elsewhere
      ? telemetryVariables({ endpoint: found.endpoint, token: sentTo.token, prompts, traces: wishes.traces === true })
      : undefined;
  const plan = planConnect(
    {
      isGlobal,
      project,
      url,
      token: wishes.token ?? env.TELLTALE_TOKEN,
      app,
      variables: telemetry === 'user' ? variables : undefined,
    },
    scripts,
  );

  const { bold, dim, yellow } = colours;
  print(bold(plan.hasChange ? `Connecting ${plan.place.name}.` : `${plan.place.name} is connected already.`));
  for (const line of linesOf(plan, { isWhole: wishes.dryRun === true })) print(line);
  for (const line of telemetryWords()) print(line);
  for (const [name, value] of Object.entries(plan.kept)) print(dim(`  ${name} stays ${value}, as you have set it.`));
  if (wishes.dryRun) return print('\nA dry run: nothing was written.');
  if (asks && plan.hasChange && !(await confirm('\nWrite this?', true))) throw new Problem('Nothing was done.');

  for (const backup of plan.apply()) print(`\n  Backup: ${backup}`);
  const file = telemetryFile(telltaleHome());
  if (variables && telemetry === 'file') writeTelemetryFile(telltaleHome(), variables);
  print(`
${bold('Done.')} Work with Claude Code in ${isGlobal ? 'any project' : plan.place.folder}: its events go to ${sentTo.url}
(and wait on this machine while nothing listens there).${variables && telemetry === 'file' ? `\nWith telemetry: ${bold(`claude --settings ${quoted(file)}`)}` : ''}
Sessions that run already go on as they are. Undo: ${self} setup ${whichOf(plan)} --undo`);

  function telemetryWords(): string[] {
    if (!found) return ['', 'No telemetry: sessions have tokens and cost only from their transcripts, as estimates.'];
    if (elsewhere)
      return [
        '',
        yellow(`Telemetry stays as it is: ${elsewhere}.`),
        `To have it here, remove that and run this again; to have it in both, let that collector pass it on to ${found.endpoint}.`,
      ];
    const whose = telemetry === 'user' ? 'of every project of yours' : 'of sessions started with the file below';
    return [
      '',
      `Telemetry ${whose} goes to ${found.endpoint}`,
      `(${found.why}): tokens, cost, latency, decisions, names of tools, commands of Bash.`,
      prompts
        ? 'The text of your prompts is in it, too; where the stack runs, it is kept in Loki.'
        : 'Of prompts it has the length only; --log-prompts sends their text, too.',
      dim('By the hooks the service gets prompts, answers and results in any case, and masks secrets in them.'),
    ];
  }
}

async function undo(wishes: Wishes, { print, colours }: Context): Promise<void> {
  const plan = planDisconnect(wishes, scripts);
  if (!plan.hasChange) return print(`${plan.place.name} is not connected; nothing to undo.`);
  print(colours.bold(`Disconnecting ${plan.place.name}.`));
  for (const line of linesOf(plan, { isWhole: wishes.dryRun === true })) print(line);
  if (wishes.dryRun) return print('\nA dry run: nothing was written.');
  if (wishes.asks && !(await confirm('\nWrite this?', true))) throw new Problem('Nothing was done.');
  plan.apply();
  dropTelemetryFile(telltaleHome());
  print(`\nDone. What was recorded stays in ${telltaleHome()}.`);
}

function folderOf(told: string | true | undefined, cwd: string): string | undefined {
  return told === undefined ? undefined : resolve(cwd, told === true ? '.' : told);
}

function whichOf({ place }: Plan): string {
  return place.isGlobal ? '--global' : `--project ${quoted(place.folder)}`;
}

async function askPlace(cwd: string): Promise<{ isGlobal: boolean; project: string | undefined }> {
  const answer = await ask(`Connect all your projects, or one? Its folder, or Enter for all [${quoted(cwd)}: type .] `);
  return answer === '' ? { isGlobal: true, project: undefined } : { isGlobal: false, project: resolve(cwd, answer) };
}

async function askTelemetry(isGlobal: boolean): Promise<TelemetryPlace> {
  if (await confirm('Telemetry tells tokens, cost and latency. Send it, from every project of yours?', isGlobal))
    return 'user';
  return isGlobal ? 'none' : 'file';
}

function askPrompts(): Promise<boolean> {
  return confirm('Shall telemetry have the text of your prompts, too? Without it: their length.', false);
}
