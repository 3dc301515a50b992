import { type Session, waitedForBy } from '@telltale/core';
import { itemLine, type Story, type StoryItem, type StoryTurn } from '@telltale/core/story';
import { plural } from '../words/amount.ts';
import { placeWords, titleOf } from '../words/session-words.ts';
import { duration } from '../words/time.ts';
import { turnFacts } from './item-words.ts';
import { isToldByCall } from './story-index.ts';

/** The whole story as Markdown, for an issue, a review, a letter to a colleague. */
export function storyMarkdown(session: Session, story: Story): string {
  const facts = [
    placeWords(session),
    session.startedAt,
    ...(session.model === undefined ? [] : [session.model]),
    plural(story.prompts, 'prompt'),
    plural(story.tools, 'tool'),
    ...(story.failures > 0 ? [`${story.failures} failed`] : []),
    ...(session.waitedMs >= 1000 ? [`waited ${duration(session.waitedMs)}`] : []),
  ];
  const parts = [`# ${inLine(titleOf(session))}`, facts.join(' · '), ...story.turns.map(turnMarkdown)];
  return `${parts.join('\n\n')}\n`;
}

function turnMarkdown(turn: StoryTurn): string {
  const number = turn.number === undefined ? '' : `${turn.number} · `;
  const [first = '', ...rest] = turn.text.trim().split('\n');
  const heading = turn.kind === 'none' ? 'Before the first prompt' : `${number}${inLine(first)}`;
  const facts = [turn.at, ...turnFacts(turn), ...(turn.state === 'done' ? [] : [turn.state])]
    .filter(Boolean)
    .join(' · ');
  const more = rest.length > 0 ? [quoted(rest.join('\n').trim())] : [];
  return [`## ${heading}`, facts, ...more, ...blocksOf(turn.items, 0)].join('\n\n');
}

/** Said words are paragraphs, what was done a list. */
function blocksOf(items: readonly StoryItem[], depth: number): string[] {
  const blocks: string[] = [];
  let list: string[] = [];
  const flush = () => {
    if (list.length > 0) blocks.push(list.join('\n'));
    list = [];
  };
  for (const item of items) {
    if (isToldByCall(item, items)) continue;
    if (item.kind === 'text' && depth === 0) {
      flush();
      blocks.push(item.text.trim());
    } else if (item.kind !== 'thinking') list.push(...listed(item, depth));
  }
  flush();
  return blocks;
}

function listed(item: StoryItem, depth: number): string[] {
  const line = `${'  '.repeat(depth)}- ${markOf(item)}${inLine(itemLine(item))}`;
  return item.kind === 'subagent' ? [line, ...blocksOf(item.items, depth + 1)] : [line];
}

function markOf(item: StoryItem): string {
  if (item.kind === 'wait') return '▲ ';
  if (item.kind === 'stop-failure' || item.kind === 'api-error') return '✕ ';
  if (item.kind !== 'action') return '';
  const marks: Readonly<Record<string, string>> = {
    failed: '✕ ',
    'never-ran': '✕ never ran: ',
    denied: '⊘ denied: ',
    interrupted: 'interrupted: ',
    waiting: `▲ waits for ${waitedForBy(item.action.toolName)}: `,
  };
  return marks[item.action.state] ?? '';
}

/** What would be markup in a line of words. */
function inLine(text: string): string {
  return text.replace(/([\\`*_<>[\]#|])/g, '\\$1');
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
