import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientAge } from './binary.ts';

/** What one hook invocation got on stdin, kept by the witness. */
export interface Recorded {
  atMs: number;
  name: string;
  input: HookInput;
}

export interface HookInput {
  session_id: string;
  hook_event_name: string;
  [key: string]: unknown;
}

/**
 * Every hook event the clients know, but WorktreeCreate, whose hook replaces git's behaviour,
 * and FileChanged, which fires for watched files only.
 */
const known = [
  ...['SessionStart', 'Setup', 'InstructionsLoaded', 'UserPromptSubmit', 'UserPromptExpansion', 'MessageDisplay'],
  ...['PreToolUse', 'PermissionRequest', 'PermissionDenied', 'PostToolUse', 'PostToolUseFailure', 'PostToolBatch'],
  ...['Notification', 'SubagentStart', 'SubagentStop', 'TaskCreated', 'TaskCompleted', 'TeammateIdle'],
  ...['Stop', 'StopFailure', 'ConfigChange', 'CwdChanged', 'WorktreeRemove', 'PreCompact', 'PostCompact'],
  ...['Elicitation', 'ElicitationResult', 'SessionEnd'],
];
const knownOnlyToNew = ['DirectoryAdded', 'PreModelSwitch', 'PostModelSwitch'];

export interface Recorder {
  /** For `--settings`: a place of its own, so that neither user nor project settings are touched. */
  settings: { hooks: Record<string, object[]> };
  /** What the hooks fired so far, in the order they ran. */
  recorded(): Recorded[];
  /** No invocation is in the middle of its writing. */
  isQuiet(): boolean;
}

export function createRecorder(folder: string, age: ClientAge = 'new'): Recorder {
  mkdirSync(folder, { recursive: true });
  const script = fileURLToPath(new URL('./record.sh', import.meta.url));
  const entry = { hooks: [{ type: 'command', command: `sh '${script}' '${folder}'` }] };
  const names = age === 'new' ? [...known, ...knownOnlyToNew] : known;
  return {
    settings: { hooks: Object.fromEntries(names.map((name) => [name, [entry]])) },
    recorded: () =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => readRecorded(join(folder, file)))
        .sort((a, b) => a.atMs - b.atMs),
    isQuiet: () => !readdirSync(folder).some((file) => file.endsWith('.part')),
  };
}

function readRecorded(path: string): Recorded {
  const input = JSON.parse(readFileSync(path, 'utf8')) as HookInput;
  return { atMs: statSync(path).mtimeMs, name: input.hook_event_name, input };
}
