import { promptKind } from '../catalogue/prompt.ts';
import type { TelltaleEvent } from '../event.ts';
import { textAt } from '../fields.ts';
import { type DraftPrompt, type Drafts, mainLane } from './draft.ts';

/**
 * What was said in a session of which only telemetry is there: its prompts, at least their lengths, and answers where
 * the client logs them. Hooks and transcripts tell all of it better.
 */
export function heardDrafts(events: readonly TelltaleEvent[]): Pick<Drafts, 'prompts' | 'items'> {
  const prompts: DraftPrompt[] = [];
  const items: Drafts['items'] = [];
  for (const event of events) {
    const { at, seq, promptId, payload } = event;
    if (event.source !== 'otel') continue;
    if (event.name === 'user_prompt') {
      const text = loggedAt(event, 'prompt') ?? event.summary;
      prompts.push({ kind: kinds[promptKind(text)], text, at, promptId, seq, images: [], isQueued: false });
    }
    const text = event.name === 'assistant_response' ? loggedAt(event, 'response') : undefined;
    if (text === undefined) continue;
    const source = textAt(payload, 'query_source') ?? 'sdk';
    const lane = event.agentId ?? mainLane;
    if (source === 'compact')
      items.push({
        ...{ lane, promptId },
        item: { kind: 'compaction', at, seq, trigger: 'auto', summary: text, isRunning: false },
      });
    // The rest the client asks for itself: titles, suggestions.
    else if (/^(?:sdk|repl_main_thread|agent:)/.test(source))
      items.push({ lane, promptId, item: { kind: 'text', at, seq, text, isAnswer: false } });
  }
  return { prompts, items };
}

const kinds = { typed: 'typed', 'task-notification': 'notification', 'client-command': 'command' } as const;

/** What the client is not asked to log it tells so. */
function loggedAt({ payload }: TelltaleEvent, key: string): string | undefined {
  const text = textAt(payload, key);
  return text === '<REDACTED>' ? undefined : text;
}
