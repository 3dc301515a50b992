import { waitedFor } from '../catalogue/asked.ts';
import { promptSummary } from '../catalogue/prompt.ts';
import { durationWords, firstLine, oneLine, plural, quoted, saidLine } from '../words.ts';
import type { StoryItem, StoryTurn } from './story.ts';

/** A turn's prompt in one line. */
export function turnLine(turn: StoryTurn, max = 160): string {
  if (turn.kind === 'none') return 'before the first prompt';
  return turn.kind === 'notification' ? promptSummary(turn.text) : oneLine(turn.text, max);
}

/** Any item in one line of words, for folded views, rails and search. */
export function itemLine(item: StoryItem, max = 160): string {
  switch (item.kind) {
    case 'text':
      return saidLine(item.text, max);
    case 'queued-prompt':
      return firstLine(item.text, max);
    case 'thinking':
      return firstLine(item.text, max) || 'thought';
    case 'action':
      return item.action.errorLine === undefined
        ? item.action.summary
        : oneLine(`${item.action.summary} · ${item.action.errorLine}`, max);
    case 'wait':
      return waitLine(item);
    case 'subagent': {
      const name = item.description === undefined ? '' : ` ${quoted(item.description)}`;
      const lasted = item.durationMs === undefined ? '' : ` · ${durationWords(item.durationMs)}`;
      return `${item.agentType ?? 'subagent'}${name}${lasted} · ${plural(item.tools, 'tool')}`;
    }
    case 'compaction': {
      const from = item.tokensBefore === undefined ? '' : ` · ${item.tokensBefore} tokens before`;
      return `${item.isRunning ? 'compacting' : 'compacted'} (${item.trigger})${from}`;
    }
    case 'api-error':
    case 'stop-failure':
    case 'notice':
      return firstLine(item.text, max);
    case 'interrupt':
      return 'interrupted by the user';
    default:
      return item satisfies never;
  }
}

/** `waited 42 s for permission: Bash npm install → allowed` */
function waitLine(item: Extract<StoryItem, { kind: 'wait' }>): string {
  const isOpen = item.answer === 'open';
  const waited = isOpen
    ? 'waits'
    : item.durationMs === undefined
      ? 'asked'
      : `waited ${durationWords(item.durationMs)}`;
  const [allowed, denied] = answers[item.wait];
  const answer = { allowed: ` → ${allowed}`, denied: ` → ${denied}`, open: '', unknown: ' → no answer heard' };
  return `${waited} for ${waitedFor[item.wait]}: ${item.summary}${answer[item.answer]}`;
}

/** A yes and a no, as they are said to what was asked. */
const answers = {
  permission: ['allowed', 'denied'],
  question: ['answered', 'declined'],
  plan: ['approved', 'denied'],
  elicitation: ['answered', 'declined'],
} as const satisfies Record<Extract<StoryItem, { kind: 'wait' }>['wait'], readonly [string, string]>;
