import { fileURLToPath } from 'node:url';
import { planStatusLine, planStatusLineAway } from '@telltale/hooks/connect/plan-status-line.mjs';
import { linesOf } from '@telltale/hooks/connect/show.mjs';
import { confirm } from './ask.ts';
import type { Context } from './context.ts';

/** Beside the built file, see build.mjs. */
const scripts = fileURLToPath(new URL('./hooks/', import.meta.url));

export interface StatusLineWishes {
  dryRun?: true | undefined;
  undo?: true | undefined;
  asks: boolean;
}

/** Puts our status line around the user's own, or takes it away again. */
export async function setUpStatusLine({ dryRun, undo, asks }: StatusLineWishes, context: Context): Promise<void> {
  const { print, colours, self } = context;
  const plan = undo ? planStatusLineAway(scripts) : planStatusLine(scripts);
  if (!plan.hasChange)
    return print(undo ? 'The status line is not ours; nothing to undo.' : 'The status line is set up already.');
  print(colours.bold(undo ? 'Taking the status line away.' : 'Setting up the status line.'));
  for (const line of linesOf(plan, { isWhole: dryRun === true })) print(line);
  if (!undo) print(meaning);
  if (dryRun) return print('\nA dry run: nothing was written.');
  if (asks && !(await confirm('\nWrite this?', true))) return print('The status line stays as it is.');
  for (const backup of plan.apply()) print(`\n  Backup: ${backup}`);
  print(
    undo
      ? '\nDone. The status line is yours alone again.'
      : `\n${colours.bold('Done.')} Sessions show it from now on. Undo: ${self} setup --statusline --undo`,
  );
}

const meaning = `
Your own status line stays, with its output and exit code. Behind it stands who else waits for you, such as
"▲ 2 need you: api 4 m", and the service gets what only a status line is told: how full the context is, how long the
prompt cache is warm, how much of your usage limits is used.`;
