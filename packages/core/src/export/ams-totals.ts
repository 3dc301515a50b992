import type { Tokens } from '../cost-view.ts';
import type { Story } from '../story.ts';
import { noTokens, plusTokens, tokenCount } from '../tokens.ts';
import { fuller, requestOf, type SaidRequest } from '../transcript/usage.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import type { AmsEvent } from './ams.ts';
import { usageAttributes } from './ams-usage.ts';
import type { ExportSources } from './sources.ts';

/** A session's numbers; what subagents did is counted, too. */
export function amsTotals({ session, cost, entries }: ExportSources, story: Story, events: readonly AmsEvent[]) {
  const all = flat(events);
  const count = (type: AmsEvent['type']) => all.filter((event) => event.type === type).length;
  const failedCalls = all.filter((event) => event.type === 'tool_call' && event['error.type'] === 'failed').length;
  const apiMs = cost?.requests.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  const isPriced = cost !== undefined && cost.costSource !== 'none';
  const to = session.endedAt ?? story.to ?? session.lastEventAt;
  return {
    ...usageAttributes(cost && tokenCount(cost.tokens) > 0 ? cost.tokens : saidTokens(entries)),
    ...(isPriced && { cost_usd: cost.costUsd }),
    turns: story.turns.filter(({ kind }) => kind !== 'none').length,
    prompts: story.prompts,
    llm_messages: count('llm_message'),
    tool_calls: count('tool_call'),
    subagents: count('subagent'),
    notifications: count('notification'),
    errors: failedCalls + count('error'),
    duration_ms: Math.max(0, Date.parse(to) - Date.parse(session.startedAt)),
    ...(apiMs ? { api_duration_ms: apiMs } : {}),
    waited_ms: session.waitedMs,
  };
}

/** Each request of the transcript once, where no ledger counts them. */
function saidTokens(entries: readonly TranscriptEntry[]): Tokens {
  const requests = new Map<string, SaidRequest>();
  for (const entry of entries) {
    const request = requestOf(entry);
    if (!request) continue;
    const known = requests.get(request.id);
    requests.set(request.id, known ? fuller(known, request) : request);
  }
  return [...requests.values()].map(({ tokens }) => tokens).reduce(plusTokens, noTokens);
}

function flat(events: readonly AmsEvent[]): AmsEvent[] {
  return events.flatMap((event) => (event.type === 'subagent' ? [event, ...flat(event.events)] : [event]));
}
