import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { telltaleHome } from '../.claude/hooks/telltale/spool.mjs';
import { Refusal } from './refusal.mjs';

/**
 * Where one installation lies.
 * @typedef {object} Place
 * @property {string} name
 * @property {string} folder the project, or the client's own folder
 * @property {string} settings
 * @property {string} scripts
 * @property {boolean} isGlobal
 */

/** The client's own folder. */
export function clientFolder() {
  return resolve(process.env.CLAUDE_CONFIG_DIR || join(homedir(), '.claude'));
}

/** @returns {Place} */
export function globalPlace() {
  const folder = clientFolder();
  const scripts = join(telltaleHome(), 'hooks');
  return { name: 'all your projects', folder, settings: join(folder, 'settings.json'), scripts, isGlobal: true };
}

/**
 * @param {string} folder
 * @returns {Place}
 */
export function projectPlace(folder) {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Refusal(`There is no folder ${folder}.`);
  if (join(folder, '.claude') === clientFolder())
    throw new Refusal(`${folder} is where your user settings are; use --global to connect all projects.`);
  return {
    name: basename(folder),
    folder,
    settings: join(folder, '.claude', 'settings.json'),
    scripts: join(folder, '.claude', 'hooks', 'telltale'),
    isGlobal: false,
  };
}
