import { textAt } from '../fields.ts';
import type { ActionItem, Story, StoryItem } from './story.ts';

/** A file that the session read or wrote. */
export interface FileUse {
  path: string;
  reads: number;
  writes: number;
  added: number;
  removed: number;
  /** What was done to it, in reading order. */
  items: readonly ActionItem[];
}

const tools: Readonly<Record<string, 'reads' | 'writes'>> = {
  Read: 'reads',
  NotebookRead: 'reads',
  Edit: 'writes',
  MultiEdit: 'writes',
  Write: 'writes',
  NotebookEdit: 'writes',
};

/** Files by the tools that name them, those of subagents included; what a shell does to files nobody tells. */
export function filesOf(story: Story): FileUse[] {
  const files = new Map<string, FileUse & { items: ActionItem[] }>();
  const walk = (items: readonly StoryItem[]): void => {
    for (const item of items) {
      if (item.kind === 'subagent') walk(item.items);
      else if (item.kind === 'action') note(files, item);
    }
  };
  for (const { items } of story.turns) walk(items);
  return [...files.values()].sort((a, b) => b.writes - a.writes || b.reads - a.reads || (a.path < b.path ? -1 : 1));
}

function note(files: Map<string, FileUse & { items: ActionItem[] }>, item: ActionItem): void {
  const does = Object.hasOwn(tools, item.action.toolName ?? '') ? tools[item.action.toolName ?? ''] : undefined;
  const path = textAt(item.input, 'file_path') ?? textAt(item.input, 'notebook_path') ?? item.diff?.path;
  if (!does || path === undefined || item.action.state !== 'ok') return;
  const file = files.get(path) ?? { path, reads: 0, writes: 0, added: 0, removed: 0, items: [] };
  file[does] += 1;
  file.added += item.diff?.added ?? 0;
  file.removed += item.diff?.removed ?? 0;
  file.items.push(item);
  files.set(path, file);
}
