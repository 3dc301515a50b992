import { join } from 'node:path';
import { isDestination, telltaleHome } from '../.claude/hooks/telltale/spool.mjs';
import { readOwnJson, writeText } from './files.mjs';
import { Refusal } from './refusal.mjs';

/** @typedef {{ url: string | undefined, token: string | undefined, who?: string | undefined }} Change who: on or off */

/** @param {Change} change */
export function checkConfig({ url, token }) {
  if (url !== undefined && !isDestination(url))
    throw new Refusal(`--url has to be an http or https address, got "${url}".`);
  if (token !== undefined && !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token))
    throw new Refusal('--token has to be of printable ASCII without spaces, quotes and backslashes.');
}

/**
 * Where hooks and CLI of this machine send, private to the user. The hook looks for "url" and "who" line by line, without a parser.
 * @param {Change} change
 */
export function writeConfig({ url, token, who }) {
  if (url === undefined && token === undefined && who === undefined) return;
  const path = join(telltaleHome(), 'config.json');
  const change = { ...(url && { url: url.replace(/\/$/, '') }), ...(token && { token }), ...(who && { who }) };
  writeText(path, `${JSON.stringify({ ...readOwnJson(path), ...change }, null, 2)}\n`, 0o600);
}
