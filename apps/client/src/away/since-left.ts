import { ledgerRowOf, nanosOfUsd, type TelltaleEvent, usdOfNanos } from '@telltale/core';

/** What one session did while nobody looked. */
export interface SinceLeft {
  sessionId: string;
  app: string;
  /** Turns that ended well. */
  finished: number;
  failures: number;
  waits: number;
  files: number;
  /** What its requests cost, as telemetry tells; absent where none does. */
  costUsd?: number;
  hasEnded: boolean;
  lastSeq: number;
}

const changing = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);
const asking = new Set(['PermissionRequest', 'Elicitation']);

/** Sessions with something to tell, the one with most to tell first. */
export function sinceLeft(events: readonly TelltaleEvent[]): SinceLeft[] {
  const sessions = new Map<string, SinceLeft & { paths: Set<string> }>();
  const counted = new Set<string>();
  for (const event of events) {
    if (event.sessionId === undefined) continue;
    const session = sessions.get(event.sessionId) ?? nothingOf(event, event.sessionId);
    sessions.set(event.sessionId, session);
    session.lastSeq = Math.max(session.lastSeq, event.seq);
    const request = ledgerRowOf(event);
    if (request?.costNanos !== undefined && !counted.has(request.id)) {
      counted.add(request.id);
      session.costUsd = usdOfNanos(nanosOfUsd(session.costUsd ?? 0) + request.costNanos);
    }
    if (event.name === 'Stop') session.finished += 1;
    if (event.name === 'SessionEnd') session.hasEnded = true;
    // Telemetry tells of a failed call as well as its hook.
    const failure = event.toolUseId ?? event.id;
    if ((event.name === 'StopFailure' || event.outcome === 'failed') && !counted.has(failure)) {
      counted.add(failure);
      session.failures += 1;
    }
    if (asking.has(event.name) || (event.name === 'PreToolUse' && event.toolName === 'AskUserQuestion'))
      session.waits += 1;
    // Only the hook names the file.
    if (event.source !== 'otel' && changing.has(event.toolName ?? '') && event.outcome === 'ok')
      session.paths.add(pathOf(event));
  }
  return [...sessions.values()]
    .map(({ paths, ...session }) => ({ ...session, files: paths.size }))
    .filter(
      (session) =>
        session.finished + session.failures + session.waits + session.files > 0 || session.hasEnded || session.costUsd,
    )
    .sort((a, b) => weight(b) - weight(a) || b.lastSeq - a.lastSeq);
}

function nothingOf({ app, seq }: TelltaleEvent, sessionId: string): SinceLeft & { paths: Set<string> } {
  const counts = { finished: 0, failures: 0, waits: 0, files: 0 };
  return { sessionId, app, ...counts, hasEnded: false, lastSeq: seq, paths: new Set<string>() };
}

function weight(session: SinceLeft): number {
  return session.waits * 100 + session.finished * 10 + (session.hasEnded ? 5 : 0) + Math.min(4, session.failures);
}

/** Large payloads stay with the service; then the path is in the words: `Edit src/app.ts +12 −3`. */
function pathOf(event: TelltaleEvent): string {
  const input = event.payload?.tool_input;
  const path = typeof input === 'object' && input !== null && 'file_path' in input ? input.file_path : undefined;
  return typeof path === 'string' ? path : (event.summary.split(' ')[1] ?? event.summary);
}
