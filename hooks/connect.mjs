import { destinationOf, telltaleHome } from './.claude/hooks/telltale/spool.mjs';
import { parseArguments, usage } from './connect/arguments.mjs';
import { planConnect, planDisconnect } from './connect/plan.mjs';
import { Refusal } from './connect/refusal.mjs';
import { linesOf, quoted } from './connect/show.mjs';

// Puts Telltale's hooks into a project's .claude or the user's. No dependencies: it runs on a fresh clone.
// `telltale setup` does the same by the same plan, and more.

try {
  const asked = parseArguments(process.argv.slice(2));
  if (asked.isHelp) print(usage);
  else if (asked.isUndo) disconnect(asked);
  else connect(asked);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {import('./connect/arguments.mjs').Arguments} asked */
function connect(asked) {
  const plan = planConnect(asked);
  const { place, hasChange } = plan;
  print(hasChange ? `Connecting ${place.name}.` : `${place.name} is connected already; nothing to change.`);
  for (const line of linesOf(plan, { isWhole: asked.isDryRun })) print(line);
  if (asked.isDryRun) return print('\nA dry run: nothing was written.');

  for (const backup of plan.apply()) print(`\n  Backup: ${backup}`);
  if (hasChange) print(farewell(place));
}

/** @param {import('./connect/arguments.mjs').Arguments} asked */
function disconnect(asked) {
  const plan = planDisconnect(asked);
  if (!plan.hasChange) return print(`${plan.place.name} is not connected; nothing to undo.`);
  print(`Disconnecting ${plan.place.name}.`);
  for (const line of linesOf(plan, { isWhole: asked.isDryRun })) print(line);
  if (asked.isDryRun) return print('\nA dry run: nothing was written.');
  plan.apply();
  print(`\nDone. What was recorded stays in ${telltaleHome()}.`);
}

/** @param {import('./connect/place.mjs').Place} place */
function farewell(place) {
  const where = place.isGlobal ? 'any project' : place.folder;
  const undo = `npm run connect -- ${place.isGlobal ? '--global' : quoted(place.folder)} --undo`;
  return `
Done. Work with Claude Code in ${where}: its events go to ${destinationOf(telltaleHome()).url}
(and wait on this machine while nothing listens there). Undo: ${undo}`;
}

/** @param {string} line */
function print(line) {
  console.log(line);
}
