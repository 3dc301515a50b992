import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { portUrl } from '@telltale/hooks/connect/arguments.mjs';
import { type Plan, planConnect, planDisconnect } from '@telltale/hooks/connect/plan.mjs';
import { planStatusLine, planStatusLineAway } from '@telltale/hooks/connect/plan-status-line.mjs';
import { linesOf, quoted } from '@telltale/hooks/connect/show.mjs';
import { confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { dropTelemetryFile, telemetryFile, writeTelemetryFile } from './telemetry.ts';
import { chooseTelemetry, type TelemetryChoice } from './telemetry-choice.ts';
import { chooseWho, whoMeaning } from './who.ts';
import { scripts, type Wishes } from './wishes.ts';

/** Hooks, telemetry and, where it is wanted, the status line. */
export async function setUp(wishes: Wishes, context: Context): Promise<void> {
  const { isGlobal, project, app } = wishes;
  const { env, print, colours, service } = context;
  const told = { url: wishes.url ?? portUrl(), token: wishes.token ?? env.TELLTALE_TOKEN };
  const sentTo = service(told.url, told.token);
  const telemetry = await chooseTelemetry(wishes, context, sentTo);
  const variables = telemetry.place === 'user' ? telemetry.variables : undefined;
  const who = await chooseWho(wishes);
  const plan = planConnect({ isGlobal, project, app, ...told, who, variables }, scripts);

  print(colours.bold(plan.hasChange ? `Connecting ${plan.place.name}.` : `${plan.place.name} is connected already.`));
  show(plan, wishes, context);
  print(`\n${telemetry.words.join('\n')}\n${colours.dim(whoMeaning(who))}`);
  for (const [name, value] of Object.entries(plan.kept))
    print(colours.dim(`  ${name} stays ${value}, as you have set it.`));
  if (wishes.dryRun) return print(dryRun);
  await decide(plan, wishes);
  for (const backup of plan.apply()) print(`\n  Backup: ${backup}`);
  if (telemetry.place === 'file' && telemetry.variables) writeTelemetryFile(telltaleHome(), telemetry.variables);
  print(farewell(plan, telemetry, sentTo.url, context));
  if (wishes.statusline) await setUpStatusLine(wishes, context);
}

/** What setup put there, and nothing else. */
export async function undo(wishes: Wishes, context: Context): Promise<void> {
  const plan = planDisconnect(wishes, scripts);
  const words = {
    begin: `Disconnecting ${plan.place.name}.`,
    none: `${plan.place.name} is not connected; nothing to undo.`,
  };
  if (await takeAway(plan, words, wishes, context)) dropTelemetryFile(telltaleHome());
}

/** Ours around the user's own. */
export async function setUpStatusLine(wishes: Wishes, context: Context): Promise<void> {
  const { print, colours, self } = context;
  const plan = planStatusLine(scripts);
  if (!plan.hasChange) return print('The status line is set up already.');
  print(colours.bold('\nSetting up the status line.'));
  show(plan, wishes, context);
  print(lineMeaning);
  if (wishes.dryRun) return print(dryRun);
  await decide(plan, wishes);
  for (const backup of plan.apply()) print(`\n  Backup: ${backup}`);
  print(`\nDone. Sessions show it from now on. Undo: ${self} setup --statusline --undo`);
}

export async function undoStatusLine(wishes: Wishes, context: Context): Promise<void> {
  const words = { begin: 'Giving your own status line back.', none: 'The status line is not ours; nothing to undo.' };
  await takeAway(planStatusLineAway(scripts), words, wishes, context);
}

/** Whether it was done. */
async function takeAway(
  plan: Plan,
  words: { begin: string; none: string },
  wishes: Wishes,
  context: Context,
): Promise<boolean> {
  const { print, colours } = context;
  print(plan.hasChange ? colours.bold(words.begin) : words.none);
  if (!plan.hasChange) return false;
  show(plan, wishes, context);
  if (wishes.dryRun) {
    print(dryRun);
    return false;
  }
  await decide(plan, wishes);
  plan.apply();
  print(`\nDone. What was recorded stays in ${telltaleHome()}.`);
  return true;
}

const lineMeaning = `
Your own status line stays, with its output and exit code. Behind it stands who else waits for you, such as
"▲ 2 need you: api 4 m", and the service gets what only a status line is told: how full the context is, how long the
prompt cache is warm, how much of your usage limits is used.`;

const dryRun = '\nA dry run: nothing was written.';

function show(plan: Plan, { dryRun }: Wishes, { print }: Context): void {
  for (const line of linesOf(plan, { isWhole: dryRun === true })) print(line);
}

async function decide({ hasChange }: Plan, { asks }: Wishes): Promise<void> {
  if (asks && hasChange && !(await confirm('\nWrite this?', true))) throw new Problem('Nothing was done.');
}

function farewell({ place }: Plan, telemetry: TelemetryChoice, url: string, { colours, self }: Context): string {
  const start = `claude --settings ${quoted(telemetryFile(telltaleHome()))}`;
  return [
    '',
    `${colours.bold('Done.')} Work with Claude Code in ${place.isGlobal ? 'any project' : place.folder}: its events go to ${url}`,
    '(and wait on this machine while nothing listens there).',
    ...(telemetry.place === 'file' && telemetry.variables ? [`With telemetry: ${colours.bold(start)}`] : []),
    `Sessions that run already go on as they are. Undo: ${self} setup ${place.isGlobal ? '--global' : `--project ${quoted(place.folder)}`} --undo`,
  ].join('\n');
}
