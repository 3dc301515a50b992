import type { Annotation } from '../annotations.ts';
import type { SessionCost } from '../cost-view.ts';
import { present } from '../present.ts';
import type { Session } from '../session-view.ts';
import type { SessionMark, StoryItem, StoryTurn } from '../story.ts';
import { type ExportFacts, type ExportSources, storyOf } from './sources.ts';

/** A session as one readable document: what is known of it, its cost, and prompt by prompt what was said and done. */
export interface SessionDocument {
  format: 'telltale.session/1';
  exportedAt: string;
  telltaleVersion: string;
  personalDataMasked: boolean;
  session: Session;
  cost?: SessionCost;
  /** Notes, labels and bookmarks, each with the id of what it is on. */
  annotations?: readonly Annotation[];
  prompts: PromptDocument[];
  /** What came after the last prompt: the end of the session. */
  after: Step[];
}

interface PromptDocument {
  number?: number;
  kind: StoryTurn['kind'];
  promptId?: string;
  at: string;
  endedAt?: string;
  state: StoryTurn['state'];
  durationMs?: number;
  waitedMs?: number;
  prompt: string;
  images?: number;
  tools: number;
  failures: number;
  costUsd?: number;
  requests?: number;
  before?: Step[];
  steps: Step[];
}

/** One thing of the story; a subagent has its own `steps`. */
type Step = { kind: string; at: string } & Record<string, unknown>;

export function sessionDocument(sources: ExportSources, facts: ExportFacts): SessionDocument {
  const story = storyOf(sources);
  const costOf = new Map(sources.cost?.byPrompt.map((part) => [part.key, part]));
  return {
    format: 'telltale.session/1',
    exportedAt: facts.exportedAt,
    telltaleVersion: facts.version,
    personalDataMasked: facts.isMasked,
    session: sources.session,
    ...(sources.cost && { cost: sources.cost }),
    ...(sources.annotations?.length && { annotations: sources.annotations }),
    prompts: story.turns.map((turn) => {
      const cost = turn.promptId === undefined ? undefined : costOf.get(turn.promptId);
      return {
        ...present({
          number: turn.number,
          promptId: turn.promptId,
          endedAt: turn.endedAt,
          durationMs: turn.durationMs,
        }),
        ...{ kind: turn.kind, at: turn.at, state: turn.state, prompt: turn.text },
        ...{ tools: turn.tools, failures: turn.failures },
        ...(turn.images.length > 0 && { images: turn.images.length }),
        ...(turn.waitedMs > 0 && { waitedMs: turn.waitedMs }),
        ...(cost && { costUsd: cost.costUsd, requests: cost.requests }),
        ...(turn.before.length > 0 && { before: turn.before.map(markStep) }),
        steps: turn.items.map(stepOf),
      };
    }),
    after: story.after.map(markStep),
  };
}

/** An item of the story without what only the page needs. */
function stepOf(item: StoryItem): Step {
  switch (item.kind) {
    case 'text':
      return present({ kind: item.isAnswer ? 'answer' : 'text', at: item.at, model: item.model, text: item.text });
    case 'action': {
      const { action, diff } = item;
      const { toolName, toolUseId, state, durationMs, waitedMs, endedAt, summary, spawnedAgentId } = action;
      return present({
        ...{ kind: 'call', at: item.at, endedAt, tool: toolName, toolUseId, state, durationMs, waitedMs, summary },
        ...{ spawnedAgentId, diff, input: item.input, output: item.response, error: item.error ?? action.errorLine },
        images: item.images.length > 0 ? item.images.length : undefined,
      });
    }
    case 'subagent': {
      const { kind, at, agentId, agentType, description, prompt, state, isBackground, endedAt, durationMs } = item;
      return present({
        ...{ kind, at, endedAt, agentId, agentType, description, why: prompt, state, isBackground, durationMs },
        ...{ tools: item.tools, failures: item.failures, call: item.call && stepOf(item.call) },
        steps: item.items.map(stepOf),
      });
    }
    default: {
      const { seq: _, entry: __, ...step } = item as StoryItem & Record<string, unknown>;
      return step as unknown as Step;
    }
  }
}

function markStep({ kind, mark, at, words }: SessionMark): Step {
  return { kind, mark, at, words };
}
