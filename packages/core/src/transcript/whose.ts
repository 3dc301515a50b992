import { isFields, textAt } from '../fields.ts';

/** What the client names its sessions' files by; others may hold anything. */
export const sessionFileName = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lines of any client's transcript have one of these beside their type. */
const marks = ['sessionId', 'uuid', 'message', 'timestamp', 'leafUuid', 'summary', 'snapshot'];

/** Whether the beginning of a file looks like a transcript, and whose it says it is; undefined for anything else. */
export function transcriptSays(head: string): { sessionId?: string } | undefined {
  const known = head
    .split('\n')
    .map(readLine)
    .filter((line) => line !== undefined);
  if (known.length === 0) return undefined;
  const sessionId = known.find((line) => line.sessionId !== undefined)?.sessionId;
  return sessionId === undefined ? {} : { sessionId };
}

function readLine(text: string): { sessionId?: string } | undefined {
  const line = parsed(text);
  // The first line may be longer than what was read.
  if (line === undefined) {
    const sessionId = /^\{.*"sessionId":"([\w-]+)"/.exec(text)?.[1];
    return sessionId !== undefined && text.includes('"type":"') ? { sessionId } : undefined;
  }
  if (!isFields(line) || textAt(line, 'type') === undefined || !marks.some((mark) => mark in line)) return undefined;
  const sessionId = textAt(line, 'sessionId');
  return sessionId === undefined ? {} : { sessionId };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut, or no JSON at all.
    return undefined;
  }
}
