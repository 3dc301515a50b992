import { isAgentTool } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, textAt } from '../fields.ts';
import { earlier, msBetween } from '../iso-time.ts';
import { firstLine, quoted } from '../words.ts';
import { type Action, type ActionPatch, newAction } from './action.ts';
import { add, type Board, callRow, change, openRows } from './board.ts';

/** SubagentStart and SubagentStop are one row. */
export function startSubagent(board: Board, event: TelltaleEvent): void {
  const key = subagentKey(event);
  const known = board.rows.get(key);
  if (known !== undefined) {
    const at = earlier(event.at, known.at);
    const durationMs = known.endedAt === undefined ? undefined : msBetween(at, known.endedAt);
    change(board, known, durationMs === undefined ? { at } : { at, durationMs }, event);
    return;
  }
  const row = newAction(key, 'subagent', 'running', event);
  const call = spawningCall(board, event);
  add(
    board,
    Object.assign(
      row,
      { tools: 0, failures: 0, summary: words(event.agentType, call?.description) },
      call === undefined ? {} : linkTo(call),
    ),
  );
}

/** The end of a subagent; false when it is none (compaction's, which has no type and no start). */
export function stopSubagent(board: Board, event: TelltaleEvent): boolean {
  const known = board.rows.get(subagentKey(event));
  if (known === undefined && event.agentType === undefined) return false;
  if (known === undefined) startSubagent(board, event);
  const row = known ?? board.rows.get(subagentKey(event));
  if (row === undefined) return true;
  const durationMs = msBetween(row.at, event.at);
  change(board, row, { state: 'ok', endedAt: event.at, ...(known === undefined ? {} : { durationMs }) }, event);
  return true;
}

/** Something that a subagent did shows in its row. */
export function countForAgent(board: Board, event: TelltaleEvent, tools: number, failures: number): void {
  if (event.agentId === undefined) return;
  const row = board.rows.get(subagentKey(event));
  if (row === undefined) return;
  const counts = { tools: (row.tools ?? 0) + tools, failures: (row.failures ?? 0) + failures };
  // A hook that blocks SubagentStop sends the agent on.
  const isBack = tools > 0 && row.endedAt !== undefined && row.endedAt < event.at;
  change(board, row, isBack ? { ...counts, state: 'running' } : counts);
}

/** The answer of an Agent call names its agent: what was guessed at the start is put right. */
export function linkSubagent(board: Board, call: Action, event: TelltaleEvent): void {
  const agentId = textAt(fieldsAt(event.payload, 'tool_response'), 'agentId');
  if (agentId === undefined) return;
  change(board, call, { spawnedAgentId: agentId });
  const { sessionId } = event;
  const row = board.rows.get(subagentKey({ sessionId, agentId }));
  if (row === undefined || row.toolUseId === call.toolUseId) return;
  const rivalId = call.spawnedAgentId;
  const rival = rivalId === undefined ? undefined : board.rows.get(subagentKey({ sessionId, agentId: rivalId }));
  const guessed = row.toolUseId === undefined ? undefined : callRow(board, row.toolUseId);
  change(board, row, { ...linkTo(call), summary: words(row.agentType, call.description) });
  if (rival === undefined || guessed === undefined || rivalId === undefined) return;
  change(board, rival, { ...linkTo(guessed), summary: words(rival.agentType, guessed.description) });
  change(board, guessed, { spawnedAgentId: rivalId });
}

export function subagentKey(of: { sessionId?: string | undefined; agentId?: string | undefined }): string {
  return `agent:${of.sessionId ?? ''}:${of.agentId ?? ''}`;
}

/** The oldest running Agent call of the session without an agent, of the same type if there is one. */
function spawningCall(board: Board, event: TelltaleEvent): Action | undefined {
  const prefix = `${event.sessionId ?? ''}|`;
  const free: Action[] = [];
  for (const lane of board.open.keys()) {
    if (!lane.startsWith(prefix)) continue;
    for (const row of openRows(board, lane))
      if (isAgentTool(row.toolName) && row.spawnedAgentId === undefined) free.push(row);
  }
  const call = free.find((row) => (row.subagentType ?? 'general-purpose') === event.agentType) ?? free[0];
  return call === undefined || event.agentId === undefined
    ? call
    : change(board, call, { spawnedAgentId: event.agentId });
}

function linkTo(call: Action): ActionPatch {
  const link: ActionPatch = {};
  if (call.toolUseId !== undefined) link.toolUseId = call.toolUseId;
  if (call.description !== undefined) link.description = call.description;
  return link;
}

function words(type: string | undefined, description: string | undefined): string {
  const name = firstLine(type ?? 'subagent', 60);
  return description === undefined ? name : `${name} ${quoted(description, 100)}`;
}
