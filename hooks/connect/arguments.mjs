import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, telltaleHome } from '../.claude/hooks/telltale/spool.mjs';
import { Refusal } from './refusal.mjs';

const usualUrl = 'http://127.0.0.1:4000';

export const usage = `Connects Claude Code to Telltale.

  npm run connect -- <project>            one project
  npm run connect -- --global             all your projects

  --undo         take away what connect put there, and nothing else
  --dry-run      only show what would change
  --url <url>    where to send (default http://127.0.0.1:4000, or the port in TELLTALE_PORT)
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
    url: values.url ?? (values.undo || values.help ? undefined : portUrl()),
    token: values.token ?? process.env.TELLTALE_TOKEN,
    // npm runs scripts in the repository and tells where the user was.
    project: project === undefined ? undefined : resolve(process.env.INIT_CWD ?? '.', project),
  };
}

/**
 * Whoever starts the service on another port connects with the same variable; addresses that were chosen count more.
 * @returns {string | undefined}
 */
export function portUrl() {
  const { TELLTALE_PORT: port, TELLTALE_URL: chosen } = process.env;
  if (!port || chosen) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw new Refusal(`TELLTALE_PORT must be 1–65535, got "${port}".`);
  const { url = usualUrl } = readConfig(telltaleHome());
  const isHere = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(url);
  return isHere && url !== `http://127.0.0.1:${port}` ? `http://127.0.0.1:${port}` : undefined;
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
