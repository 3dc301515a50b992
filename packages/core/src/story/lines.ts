import { waitedFor } from '../catalogue/asked.ts';
import { notificationResult, promptSummary } from '../catalogue/prompt.ts';
import { rowOf } from '../fields.ts';
import { countWords, durationWords, firstLine, oneLine, plural, quoted, saidLine } from '../words.ts';
import type { Decision, StoryItem, StoryTurn, WaitItem } from './story.ts';

/** A turn's prompt in one line. */
export function turnLine(turn: StoryTurn, max = 160): string {
  if (turn.kind === 'none') return 'before the first prompt';
  return turn.kind === 'notification' ? promptSummary(turn.text) : oneLine(turn.text, max);
}

/** A turn's prompt as it is read: of a background task what it reported, without the client's markup. */
export function turnText({ kind, text }: StoryTurn): string {
  return ((kind === 'notification' ? notificationResult(text) : undefined) ?? text).trim();
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
    case 'wait': {
      const { asked, answer } = waitWords(item);
      return answer === '' ? asked : `${asked} ${answer}`;
    }
    case 'subagent': {
      const name = item.description === undefined ? '' : ` ${quoted(item.description)}`;
      const lasted = item.durationMs === undefined ? '' : ` · ${durationWords(item.durationMs)}`;
      return `${item.agentType ?? 'subagent'}${name}${lasted} · ${plural(item.tools, 'tool')}`;
    }
    case 'compaction': {
      const from = item.tokensBefore === undefined ? '' : ` · ${countWords(item.tokensBefore)} tokens before`;
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

/** Nobody answers sooner: a rule did, and nobody waited. */
const soonMs = 100;

/** `waited 42 s for permission: Bash npm install`, and `→ allowed`, which no long command may push out of sight. */
export function waitWords(item: WaitItem): { asked: string; answer: string } {
  const isOpen = item.answer === 'open';
  const ms = item.durationMs;
  const waited = isOpen ? 'waits' : ms === undefined || ms < soonMs ? 'asked' : `waited ${durationWords(ms)}`;
  const [allowed, denied] = yesAndNo[item.wait];
  const by = item.decision && item.wait === 'permission' ? (rowOf(deciders, item.decision.by) ?? '') : '';
  const answers = { allowed: `→ ${allowed}${by}`, denied: `→ ${denied}${by}`, open: '', unknown: '→ no answer heard' };
  return { asked: `${waited} for ${waitedFor[item.wait]}: ${item.summary}`, answer: answers[item.answer] };
}

/** Who answered, behind "allowed"; that somebody said it once goes without saying. */
const deciders = {
  user_permanent: ' from now on',
  hook: ' by a hook',
  config: ' by a rule',
} as const satisfies Record<string, string>;

/** `you allowed it from now on`, `allowed by a hook`: who let a call run, or did not. */
export function decisionWords({ isAllowed, by }: Decision): string {
  const known = rowOf(decided, by);
  if (known) return known[isAllowed ? 0 : 1];
  return `${isAllowed ? 'allowed' : 'denied'} by ${by.replaceAll('_', ' ')}`;
}

const decided: Readonly<Record<string, readonly [string, string]>> = {
  config: ['allowed by rule or mode', 'denied by rule or mode'],
  hook: ['allowed by a hook', 'denied by a hook'],
  user_temporary: ['you allowed it once', 'you denied it'],
  user_permanent: ['you allowed it from now on', 'you denied it from now on'],
  user_reject: ['you allowed it', 'you denied it'],
  user_abort: ['you allowed it', 'you broke off'],
};

/** A yes and a no, as they are said to what was asked. */
const yesAndNo = {
  permission: ['allowed', 'denied'],
  question: ['answered', 'declined'],
  plan: ['approved', 'denied'],
  elicitation: ['answered', 'declined'],
} as const satisfies Record<WaitItem['wait'], readonly [string, string]>;
