import type { TelltaleEvent } from './event.ts';
import { byAt } from './iso-time.ts';
import { present } from './present.ts';
import type { Session } from './session-view.ts';
import { type Agents, linkAgents, tellLane, tellStrays } from './story/agents.ts';
import { answerOf, joinCalls } from './story/calls.ts';
import { joinCompactions } from './story/compactions.ts';
import { byLane, type DraftItem, mainLane } from './story/draft.ts';
import { fromEntries } from './story/from-entries.ts';
import { type EventDrafts, fromEvents, uniqueById } from './story/from-events.ts';
import { heardDrafts } from './story/heard.ts';
import type { SessionMark, Story, StoryItem, StoryTurn, WaitItem } from './story/story.ts';
import { buildTurns, endOf, joinPrompts } from './story/turns.ts';
import type { TranscriptEntry } from './transcript-entry.ts';

export * from './story/context.ts';
export * from './story/costs.ts';
export * from './story/files.ts';
export * from './story/hook-overhead.ts';
export * from './story/lanes.ts';
export * from './story/lines.ts';
export * from './story/story.ts';
export * from './story/target.ts';
export * from './story/waterfall.ts';

export interface StorySources {
  /** The session's events, in any order. */
  events: readonly TelltaleEvent[];
  /** Its transcript entries and those of its subagents, each file in its order. */
  entries: readonly TranscriptEntry[];
  session?: Session | undefined;
}

/**
 * One text of transcript and events: what was said comes from the transcript, what was done from the events, joined by
 * `tool_use_id` and `prompt_id`; where one is missing the other fills in. Linear in what it is given, but for sorting.
 */
export function buildStory({ events, entries, session }: StorySources): Story {
  const done = fromEvents(events);
  const isHeardOnly = entries.length === 0 && !events.some(({ source }) => source === 'hook');
  if (isHeardOnly) {
    const heard = heardDrafts(uniqueById(events));
    done.prompts.push(...heard.prompts);
    done.items.push(...heard.items);
  }
  const said = fromEntries(entries);
  const calls = joinCalls(done, said);
  const { prompts, queued } = joinPrompts(done.prompts, said.prompts);

  const drafts: DraftItem[] = joinCompactions(done.items, said.items);
  for (const call of calls.values()) {
    // A wait comes before the call that it held up.
    if (call.wait) drafts.push({ ...call, item: { ...call.wait, at: call.item.at } });
    drafts.push(call);
  }
  drafts.push(...waitsForMcp(done));
  for (const { kind, at, text, promptId, seq, entry } of queued) {
    const isTyped = kind === 'typed';
    drafts.push({
      lane: mainLane,
      promptId,
      item: { kind: 'queued-prompt', at, text, isTyped, ...present({ seq, entry }) },
    });
  }

  const lanes = byLane(drafts.sort(byItem));
  const ends = byLane([...done.ends, ...said.ends].sort(byAt));
  const ofCall = linkAgents(calls, done, said, session);
  const agents: Agents = { ofCall, lanes, ends, done, said, told: new Set() };
  const main = tellLane(lanes.get(mainLane) ?? [], agents);
  const strays = tellStrays(agents);
  const items = strays.length > 0 ? [...main, ...strays].sort(byItem) : main;

  const marks = [...done.marks, ...said.marks].sort(byAt);
  // Telemetry tells no end of a turn.
  const isSilent = isHeardOnly && session !== undefined && session.state !== 'working';
  const isOver = isSilent || hasEnded(session, marks);
  return finish(buildTurns({ prompts, items, ends: ends.get(mainLane) ?? [], marks, isOver }));
}

function finish({ turns, after }: Pick<Story, 'turns' | 'after'>): Story {
  let tools = 0;
  let failures = 0;
  let to = '';
  for (const turn of turns) {
    tools += turn.tools;
    failures += turn.failures;
    const last = turn.endedAt ?? latestIn(turn.items, turn.at);
    if (last > to) to = last;
  }
  const prompts = turns.reduce((count, turn) => count + typedIn(turn), 0);
  return { turns, after, prompts, tools, failures, ...present({ from: turns[0]?.at, to: to || undefined }) };
}

/** Also inside of subagents: a background one goes on when its parent has nothing new. */
function latestIn(items: readonly StoryItem[], least: string): string {
  let latest = least;
  for (const item of items) {
    const end = item.kind === 'subagent' ? latestIn(item.items, endOf(item)) : endOf(item);
    if (end > latest) latest = end;
  }
  return latest;
}

function typedIn({ kind, items }: StoryTurn): number {
  const queued = items.filter((item) => item.kind === 'queued-prompt' && item.isTyped);
  return queued.length + (kind === 'typed' ? 1 : 0);
}

function waitsForMcp(done: EventDrafts): DraftItem[] {
  return done.elicitations.map((action) => {
    const item: WaitItem = {
      kind: 'wait',
      wait: 'elicitation',
      at: action.at,
      summary: action.summary,
      answer: answerOf(action),
      ...present({ durationMs: action.waitedMs, seq: action.seqs[0] }),
    };
    return { item, lane: action.agentId ?? mainLane, promptId: action.promptId };
  });
}

function hasEnded(session: Session | undefined, marks: readonly SessionMark[]): boolean {
  if (session) return session.state === 'ended' || session.state === 'lost' || session.state === 'failed';
  return marks.at(-1)?.mark === 'end';
}

function byItem(a: DraftItem, b: DraftItem): number {
  return byAt(a.item, b.item);
}
