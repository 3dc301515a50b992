import { commonHookFields } from './catalogue.ts';
import { cutUtf8 } from './cut-utf8.ts';
import type { TelltaleEvent } from './event.ts';
import { isFields } from './fields.ts';
import { foldCase } from './fold-case.ts';

/** In UTF-8. */
export const maxSearchTextBytes = 2048;

/** One value may not crowd out the others: of a long one its head counts, and its tail, where output ends in errors. */
const headLength = 500;
const tailLength = 200;
const maxDepth = 5;
const maxVisits = 200;

/**
 * What the words of a filter are looked for in: what the event's line shows, then the texts of its payload in their
 * order, one per line, folded like the words. Identifiers are left out; they have terms of their own.
 * The payload must be redacted already.
 */
export function searchTextOf(
  event: Pick<TelltaleEvent, 'name' | 'summary' | 'toolName' | 'agentType' | 'payload'>,
): string {
  const found: Found = { text: event.summary, visits: 0 };
  add(found, event.toolName ?? '');
  add(found, event.agentType ?? '');
  add(found, event.name);
  if (event.payload) collect(found, event.payload, 0);
  // SQLite's text functions end at a NUL.
  return cutUtf8(foldCase(found.text).replaceAll('\0', ' '), maxSearchTextBytes);
}

/** Identifiers, the client's own files, what a filter asks by a term of its own, bytes: of hooks, then of OTel. */
const skippedKeys: ReadonlySet<string> = new Set([
  ...commonHookFields,
  ...['tool_name', 'tool_use_id', 'agent_transcript_path', 'turn_id', 'message_id', 'task_id', 'uuid'],
  ...['data', 'signature', 'originalFile'],
  ...['session.id', 'prompt.id', 'user.id', 'user.account_uuid', 'user.account_id', 'organization.id'],
  ...['event.name', 'event.timestamp', 'request_id', 'client_request_id'],
]);

interface Found {
  text: string;
  visits: number;
}

function collect(found: Found, value: unknown, depth: number): void {
  found.visits += 1;
  if (typeof value === 'string') {
    add(found, value);
  } else if (depth < maxDepth) {
    if (Array.isArray(value)) {
      for (const item of value) {
        if (isFull(found)) return;
        collect(found, item, depth + 1);
      }
    } else if (isFields(value)) {
      for (const key in value) {
        if (isFull(found)) return;
        if (!skippedKeys.has(key)) collect(found, value[key], depth + 1);
      }
    }
  }
}

function isFull(found: Found): boolean {
  return found.text.length >= maxSearchTextBytes || found.visits >= maxVisits;
}

function add(found: Found, value: string): void {
  const short = value.length > headLength + tailLength ? headAndTail(value) : value;
  // Summaries repeat paths and commands, responses repeat inputs.
  if (!found.text.includes(short)) found.text += `\n${short}`;
}

/** Cut beside a surrogate pair, not through it. */
function headAndTail(text: string): string {
  const head = text.slice(0, headLength).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(-tailLength).replace(/^[\udc00-\udfff]/, '');
  return `${head}\n${tail}`;
}
