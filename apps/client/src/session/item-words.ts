import { toolLabel } from '@telltale/core';
import { type ActionItem, decisionWords, type StoryTurn } from '@telltale/core/story';
import { plural } from '../words/amount.ts';
import { duration } from '../words/time.ts';

/** Tools whose words are a command or a path, and so are set in monospace. */
const codeTools = new Set(['Bash', 'PowerShell', 'Read', 'Edit', 'MultiEdit', 'Write', 'NotebookEdit', 'LS']);

export interface CallWords {
  label: string;
  /** What it works on. */
  subject: string;
  isCode: boolean;
  /** ` +12 −3`, `120 lines`: what came of it. */
  result: string;
}

/** A call's line in its parts: `Edit` `src/app.ts` `+12 −3`. */
export function callWords({ action }: ActionItem): CallWords {
  const label = toolLabel(action.toolName ?? '');
  const words = action.summary.startsWith(label) ? action.summary.slice(label.length).trim() : action.summary;
  const isCode = codeTools.has(action.toolName ?? '');
  const cut = isCode ? resultStart(words, action.toolName ?? '') : -1;
  if (cut < 0) return { label, subject: words, isCode, result: '' };
  return { label, subject: words.slice(0, cut), isCode, result: words.slice(cut).replace(/^ (?:· )?/, '') };
}

/** The result stands behind a path, never inside a command. */
function resultStart(words: string, toolName: string): number {
  const found = toolName === 'Bash' || toolName === 'PowerShell' ? shellResult.exec(words) : fileResult.exec(words);
  return found?.index ?? -1;
}

const shellResult = / · (?:in background|interrupted)$/;
const fileResult = / (?:(?:\+[\d,]+)?(?: ?−[\d,]+)?|· (?:[\d,]+ lines?|image|pdf))$/;

/** Who let a call run, or did not, where that is known. */
export function whoDecided({ decision }: ActionItem): string | undefined {
  return decision && decisionWords(decision);
}

/** The same for its line: that a rule or the mode allowed it goes without saying. */
export function decisionShown(item: ActionItem): string | undefined {
  const { decision } = item;
  return decision?.isAllowed && decision.by === 'config' ? undefined : whoDecided(item);
}

/** `4 m 2 s · 21 tools · 2 failed`: a turn in numbers. */
export function turnFacts(turn: StoryTurn): string[] {
  const facts: string[] = [];
  if (turn.durationMs !== undefined) facts.push(duration(turn.durationMs));
  if (turn.tools > 0) facts.push(plural(turn.tools, 'tool'));
  if (turn.failures > 0) facts.push(`${turn.failures} failed`);
  if (turn.waitedMs >= 1000) facts.push(`waited ${duration(turn.waitedMs)}`);
  return facts;
}
