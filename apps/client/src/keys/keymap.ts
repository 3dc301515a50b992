/** Every key of the page: what the help lists is what the keyboard does. */
export const keymap = [
  { keys: 'j', does: 'next row', group: 'Move' },
  { keys: 'k', does: 'row before', group: 'Move' },
  { keys: 'enter', does: 'open the row', group: 'Move', native: true },
  { keys: 'esc', does: 'close what is open', group: 'Move', always: true },
  { keys: 'n', does: 'next that needs me', group: 'Move' },
  { keys: '/', does: 'filter', group: 'Feed' },
  { keys: '.', does: 'pause, go on', group: 'Feed' },
  { keys: 'l', does: 'feed or lanes', group: 'Feed' },
  { keys: 'b', does: 'bookmark the row', group: 'Mark' },
  { keys: 't', does: 'label the row', group: 'Mark' },
  { keys: 'm', does: 'note on the row', group: 'Mark' },
  { keys: 'c', does: 'cost, context and files of the session', group: 'Move', native: true },
  { keys: 'o', does: 'where the prompt’s time went', group: 'Move', native: true },
  { keys: 'g l', does: 'Live', group: 'Go' },
  { keys: 'g s', does: 'Sessions', group: 'Go' },
  { keys: 'g f', does: 'Search', group: 'Go' },
  { keys: 'g a', does: 'Analytics', group: 'Go' },
  { keys: 'w', does: 'wall mode', group: 'Go' },
  { keys: 'ctrl-k', does: 'go anywhere: session, project, prompt', group: 'Go', always: true },
  { keys: '?', does: 'this list', group: 'Go' },
] as const satisfies readonly KeyRow[];

interface KeyRow {
  keys: string;
  does: string;
  group: 'Move' | 'Feed' | 'Mark' | 'Go';
  /** Works although single keys are switched off. */
  always?: true;
  /** The focused element's own key; listed, not handled here. */
  native?: true;
}

export type KeyName = Exclude<(typeof keymap)[number], { native: true }>['keys'];

/** What was pressed, as the keymap spells it. */
export interface Pressed {
  key: string;
  ctrl: boolean;
  meta: boolean;
  alt: boolean;
}

const sequenceMs = 1000;

/** Reads presses into names of the keymap; `g` waits a second for its second key. */
export function createKeyReader(options: { singleKeys: () => boolean; now: () => number }) {
  let begun: { key: string; atMs: number } | undefined;

  /** The name, `pending` within a sequence, or nothing that is ours. `isTyping`: the focus is in a field. */
  return function read(pressed: Pressed, isTyping: boolean): KeyName | 'pending' | undefined {
    const key = pressed.key.toLowerCase();
    if ((pressed.ctrl || pressed.meta) && key === 'k') return 'ctrl-k';
    if (pressed.ctrl || pressed.meta || pressed.alt) return undefined;
    if (key === 'escape') return 'esc';
    if (isTyping || !options.singleKeys()) return undefined;
    const first = begun && options.now() - begun.atMs <= sequenceMs ? begun.key : undefined;
    begun = undefined;
    const name = first ? `${first} ${key}` : key;
    if (isName(name)) return name;
    if (keymap.some((row) => row.keys.startsWith(`${key} `))) {
      begun = { key, atMs: options.now() };
      return 'pending';
    }
    return undefined;
  };
}

function isName(name: string): name is KeyName {
  return keymap.some((row) => row.keys === name && !('native' in row));
}
