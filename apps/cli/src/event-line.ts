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
  const words = summary.startsWith(label) ? summary.slice(label.length).replace(/^\s*·?\s*/, '') : summary;
  return [
    dim(timeOf(at)),
    cyan(cleanText(app)),
    dim(cleanText(sessionId?.slice(0, 8) ?? '')),
    ...(agentType ? [dim(`↳ ${cleanText(agentType)}`)] : []),
    outcome ? mark[outcome] : attention[name] === undefined ? dim('·') : yellow('▲'),
    bold(paint(cleanText(label))),
    paint(words),
    ...(durationMs === undefined ? [] : [dim(durationWords(durationMs))]),
  ]
    .filter((part) => part !== '')
    .join(' ');
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
