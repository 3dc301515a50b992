import { callOfEvent, mcpNames } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, textAt } from '../fields.ts';
import type { Trouble } from '../session-view.ts';
import { firstLine } from '../words.ts';
import { printOf } from './calls.ts';
import { type FoldLimits, keep, type OpenTrouble, remove, type SessionFold } from './fold.ts';

/** So often the same call must fail, without a success between. */
const failuresOfTrouble = 3;
const maxTroubles = 8;

/** What an MCP client says when the server itself is gone, not when a tool refuses. */
const mcpGone =
  /not connected|connection (?:closed|refused|lost|reset)|disconnected|ECONNREFUSED|ECONNRESET|EPIPE|server .{0,40}(?:exited|crashed|not (?:running|available))|MCP error -32000/i;

export function noteFailure(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  if (event.outcome === 'interrupted') return;
  const server = mcpNames(event.toolName ?? '')?.server;
  const error = textAt(event.payload, 'error') ?? event.summary;
  if (server !== undefined && mcpGone.test(error.slice(0, 2000))) {
    const summary = `MCP server ${server} is down: ${firstLine(error, 100)}`;
    openTrouble(fold, { kind: 'mcp-down', summary, since: event.at, seq: event.seq, about: server });
  }
  const key = keyOf(event);
  const known = fold.failing.find((call) => call.key === key);
  if (known === undefined) {
    const summary = callOfEvent(event);
    keep(fold.failing, { key, summary, count: 1, since: event.at, seq: event.seq }, limits.failing);
    return;
  }
  known.count += 1;
  known.since = event.at;
  known.seq = event.seq;
}

export function noteSuccess(fold: SessionFold, event: TelltaleEvent): void {
  if (fold.failing.length > 0) {
    const key = keyOf(event);
    remove(fold.failing, (call) => call.key === key);
  }
  if (fold.troubles.length === 0) return;
  const server = mcpNames(event.toolName ?? '')?.server;
  // A tool that ran means that the model was asked again, so the API answers.
  remove(fold.troubles, (trouble) =>
    trouble.about === undefined ? event.agentId === undefined : trouble.about === server,
  );
}

/** The turn ended with an API error. */
export function noteStopFailure(fold: SessionFold, event: TelltaleEvent): void {
  fold.failure = { kind: 'stop-failure', summary: event.summary, since: event.at, seq: event.seq };
}

/** `api_error` and `api_retries_exhausted` of the client's telemetry. */
export function noteApiTrouble(fold: SessionFold, event: TelltaleEvent): void {
  const kind = event.name === 'api_retries_exhausted' ? 'retries-exhausted' : 'api-error';
  openTrouble(fold, { kind, summary: event.summary, since: event.at, seq: event.seq });
}

/** Somebody goes on: what failed in the turn before is over. */
export function endTroubleOfTurn(fold: SessionFold): void {
  delete fold.failure;
  fold.failing.length = 0;
  endApiTrouble(fold);
}

/** An agent that has finished is not stuck any more. */
export function endFailingOf(fold: SessionFold, agentId: string | undefined): void {
  const mine = `${agentId ?? ''}|`;
  remove(fold.failing, (call) => call.key.startsWith(mine));
}

export function endApiTrouble(fold: SessionFold): void {
  remove(fold.troubles, (trouble) => trouble.about === undefined);
}

export function troublesOf(fold: SessionFold): Trouble[] {
  const found: Trouble[] = fold.failure === undefined ? [] : [fold.failure];
  for (const { about: _, ...trouble } of fold.troubles) found.push(trouble);
  for (const call of fold.failing) {
    if (call.count < failuresOfTrouble) continue;
    const summary = `failed ${call.count} times: ${call.summary}`;
    found.push({ kind: 'repeated-failure', summary, since: call.since, seq: call.seq });
  }
  return found;
}

export function openTrouble(fold: SessionFold, trouble: OpenTrouble): void {
  const known = fold.troubles.find((one) => one.kind === trouble.kind && one.about === trouble.about);
  if (known === undefined) keep(fold.troubles, trouble, maxTroubles);
  else known.summary = trouble.summary;
}

function keyOf(event: TelltaleEvent): string {
  return `${event.agentId ?? ''}|${printOf(event.toolName, fieldsAt(event.payload, 'tool_input'))}`;
}
