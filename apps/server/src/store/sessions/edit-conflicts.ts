import { editConflicts, type SessionFold, type Trouble } from '@telltale/core';

export interface EditConflicts {
  /** The troubles of each session at `now`. */
  at(now: number): ReadonlyMap<string, readonly Trouble[]>;
  /** Those that were found last. */
  last(): ReadonlyMap<string, readonly Trouble[]>;
  /** Some session has changed. */
  invalidate(): void;
}

export interface EditConflictsDeps {
  /** Sessions that live and had an event lately. */
  liveFolds(now: number): Iterable<SessionFold>;
  /** What these are told of is another now. */
  onChange(sessionIds: Iterable<string>): void;
}

/** What is found holds for so long when nothing happens. */
const freshMs = 1000;

/** Files that two live sessions edit: no session knows it alone, so one's event changes the other. */
export function createEditConflicts({ liveFolds, onChange }: EditConflictsDeps): EditConflicts {
  let found: ReadonlyMap<string, readonly Trouble[]> = new Map();
  let foundAt = Number.NaN;

  return {
    at(now) {
      if (Math.abs(now - foundAt) < freshMs) return found;
      const before = found;
      found = editConflicts(liveFolds(now), now);
      foundAt = now;
      const isOther = (id: string) => JSON.stringify(before.get(id)) !== JSON.stringify(found.get(id));
      const changed = [...new Set([...before.keys(), ...found.keys()])].filter(isOther);
      if (changed.length > 0) onChange(changed);
      return found;
    },
    last: () => found,
    invalidate() {
      foundAt = Number.NaN;
    },
  };
}
