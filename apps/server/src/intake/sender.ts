import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type HookContext, type Origin, readAt } from '@telltale/core';

const maxIdLength = 200;
const maxWordLength = 300;

/**
 * What a sender told about an event beside its body. Plain http hooks send none of it: the id is made here and
 * the time is that of arrival.
 */
export function readSender(headers: IncomingHttpHeaders, now: number): HookContext {
  const receivedAt = isoOf(now);
  const app = wordOf(headers, 'telltale-app');
  const at = wordOf(headers, 'telltale-at');
  return {
    id: idOf(wordOf(headers, 'telltale-event-id', Number.POSITIVE_INFINITY)),
    receivedAt,
    origin: originOf(headers),
    ...(app !== undefined && { app }),
    ...(at !== undefined && { at: readAt(at, receivedAt) }),
  };
}

/** The same from the lines of a spooled item's head. */
export function headersOf(head: string): IncomingHttpHeaders {
  const pairs = head.split('\n').flatMap((line) => {
    const colon = line.indexOf(': ');
    // Header values are a character per byte, as node:http gives them.
    return colon > 0 ? [[line.slice(0, colon), Buffer.from(line.slice(colon + 2)).toString('latin1')]] : [];
  });
  return Object.fromEntries(pairs);
}

/** Many events come within one millisecond. */
let lastIso = { ms: 0, text: '1970-01-01T00:00:00.000Z' };

function isoOf(ms: number): string {
  if (ms !== lastIso.ms) lastIso = { ms, text: new Date(ms).toISOString() };
  return lastIso.text;
}

/** Few senders send many events: equal headers get the same origin, which nobody changes. */
const origins = new Map<string, Origin>();
const maxOrigins = 1000;

function originOf(headers: IncomingHttpHeaders): Origin {
  let key = '';
  // No header value holds a line break.
  for (const name of originNames) key += `${headers[name] ?? ''}\n`;
  const known = origins.get(key);
  if (known) return known;
  if (origins.size >= maxOrigins) origins.clear();
  const origin = readOrigin(headers);
  origins.set(key, origin);
  return origin;
}

function readOrigin(headers: IncomingHttpHeaders): Origin {
  const origin: Origin = { install: wordOf(headers, 'telltale-install') ?? 'http' };
  const pid = Number(wordOf(headers, 'telltale-claude-pid'));
  if (Number.isSafeInteger(pid) && pid > 0) origin.pid = pid;
  for (const [field, header] of originHeaders) {
    const word = wordOf(headers, header);
    if (word !== undefined) origin[field] = word;
  }
  if (!origin.terminal && headers['telltale-wt-session']) origin.terminal = 'Windows Terminal';
  return origin;
}

const originHeaders = [
  ['host', 'telltale-host'],
  ['user', 'telltale-user'],
  ['repo', 'telltale-repo'],
  ['commit', 'telltale-commit'],
  ['provider', 'telltale-agent-provider'],
  ['entrypoint', 'telltale-claude-code-entrypoint'],
  ['terminal', 'telltale-term-program'],
  ['tmuxPane', 'telltale-tmux-pane'],
  ['tty', 'telltale-tty'],
] as const satisfies [keyof Omit<Origin, 'pid'>, string][];

const originNames = [
  ...['telltale-install', 'telltale-claude-pid', 'telltale-wt-session'],
  ...originHeaders.map(([, header]) => header),
];

/** Senders write UTF-8; node:http reads a character per byte. */
function wordOf(headers: IncomingHttpHeaders, name: string, maxLength = maxWordLength): string | undefined {
  const value = headers[name];
  if (typeof value !== 'string' || value === '') return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a byte above ASCII is what has to be read again
  const word = /[^\x00-\x7f]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
  return word.trim().slice(0, maxLength) || undefined;
}

function idOf(told: string | undefined): string {
  if (told === undefined) return randomUUID();
  // A retry brings the same long id, so it has to become the same short one.
  return told.length <= maxIdLength ? told : createHash('sha256').update(told).digest('hex');
}
