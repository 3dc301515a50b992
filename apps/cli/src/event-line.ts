import { durationWords, hookRow, type TelltaleEvent, telemetryRow, toolLabel } from '@telltale/core';
import { cleanText } from './clean-text.ts';
import type { Colours } from './colours.ts';

/** One event as one line: time, project, session, what it is, what happened. */
export function eventLine(event: TelltaleEvent, { bold, dim, red, yellow, green, cyan }: Colours): string {
  const { at, app, sessionId, name, toolName, outcome, durationMs, agentType } = event;
  const label = toolName ? toolLabel(toolName) : (hookRow(name)?.label ?? telemetryRow(name)?.label ?? name);
  const paint = outcome === 'failed' ? red : outcome === 'denied' || outcome === 'interrupted' ? yellow : plain;
  const mark = { ok: green('✓'), failed: red('✕'), denied: yellow('⊘'), interrupted: yellow('⊘') };
  const summary = cleanText(event.summary);
  const { head, words } = partsOf(label, summary);
  return [
    dim(timeOf(at)),
    cyan(cleanText(app)),
    dim(cleanText(sessionId?.slice(0, 8) ?? '')),
    ...(agentType ? [dim(`↳ ${cleanText(agentType)}`)] : []),
    outcome ? mark[outcome] : attention[name] === undefined ? dim('·') : yellow('▲'),
    bold(paint(cleanText(head))),
    paint(words),
    ...(durationMs === undefined ? [] : [dim(durationWords(durationMs))]),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What it is stands once, also where the summary begins with it, alone or as a part of a word: session start(ed). */
function partsOf(label: string, summary: string): { head: string; words: string } {
  if (!summary.startsWith(label)) return { head: label, words: summary };
  const rest = summary.slice(label.length);
  if (/^[\p{L}\p{N}]/u.test(rest)) return { head: summary, words: '' };
  return { head: label, words: rest.replace(/^\s*·?\s*/, '') };
}

/** Somebody is waited for. */
const attention: Partial<Record<string, true>> = { PermissionRequest: true, Notification: true, Elicitation: true };

/** On this machine's clock. */
function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString('sv');
}

function plain(text: string): string {
  return text;
}
