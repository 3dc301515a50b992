import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from './refusal.mjs';

export const usage = `Connects Claude Code to Telltale.

  npm run connect -- <project>            one project
  npm run connect -- --global             all your projects

  --undo         take away what connect put there, and nothing else
  --dry-run      only show what would change
  --url <url>    where to send (default http://127.0.0.1:4000)
  --token <t>    what to send it with; better: set TELLTALE_TOKEN`;

/** @typedef {ReturnType<typeof parseArguments>} Arguments */

/** @param {string[]} argv */
export function parseArguments(argv) {
  const { values, positionals } = parse(argv);
  const [project] = positionals;
  if (positionals.length > 1) throw new Refusal(`One project at a time, got ${positionals.length}.\n\n${usage}`);
  if (!values.help && !project === !values.global)
    throw new Refusal(`Either a project's folder or --global, please.\n\n${usage}`);
  return {
    isHelp: values.help === true,
    isGlobal: values.global === true,
    isUndo: values.undo === true,
    isDryRun: values['dry-run'] === true,
    url: values.url,
    token: values.token ?? process.env.TELLTALE_TOKEN,
    // npm runs scripts in the repository and tells where the user was.
    project: project === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', project),
  };
}

/** @param {string[]} argv */
function parse(argv) {
  const flag = /** @type {const} */ ({ type: 'boolean' });
  const text = /** @type {const} */ ({ type: 'string' });
  const options = { help: flag, global: flag, undo: flag, 'dry-run': flag, url: text, token: text };
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
