import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import SqliteDatabase, { type Database, type Options, type Statement } from 'better-sqlite3';

/** So many native objects are made before those that nobody uses any more are collected. */
const maxUnswept = 500;

/**
 * A connection whose native objects are never collected but by a call. better-sqlite3 12, compiled for Node 24.19 or
 * newer, aborts the process when an idle collection meets one of them; one that JavaScript called for is safe. So each
 * is held here until `sweep` calls for one. A statement is made once for each text, also where it is asked often.
 */
export function openConnection(file: string, options?: Options): Database {
  const database = held(new SqliteDatabase(file, options));
  const no = ++connections;
  const prepare = database.prepare as (this: Database, text: string) => Statement<unknown[]>;
  const make = (text: string) => held(prepare.call(database, text));

  function statementOf(text: string, isPlucked = false): Statement<unknown[]> {
    const key = `${no} ${isPlucked} ${text}`;
    const known = statements.get(key);
    if (known && !known.busy) return known;
    const made = make(text);
    statements.set(key, made);
    if (isPlucked) made.pluck();
    const { iterate } = made;
    return Object.assign(made, {
      // A statement of its own: whoever shares the plain one must not get plucked rows.
      pluck: (isPlucked = true) => statementOf(text, isPlucked),
      iterate: (...params: unknown[]) => held(iterate.apply(made, params)),
    });
  }

  return Object.assign(database, {
    prepare: (text: string) => statementOf(text),
    /** Made anew each time: some pragmas run, or read their value, when they are prepared. */
    pragma(text: string, { simple = false } = {}): unknown {
      const statement = make(`PRAGMA ${text}`);
      if (simple) return statement.pluck().get();
      if (statement.reader) return statement.all();
      database.exec(`PRAGMA ${text}`);
      return [];
    },
  });
}

let connections = 0;
/** By connection, kind of rows and text. */
const statements = new Map<string, Statement<unknown[]>>();
let holding = new Set<object>();
let sweepsAt = maxUnswept;

function held<T extends object>(made: T): T {
  holding.add(made);
  if (holding.size >= sweepsAt) {
    sweepsAt = Number.POSITIVE_INFINITY;
    sweep();
  }
  return made;
}

/** Lets everything go, collects, and holds again what others had kept. */
function sweep(): void {
  let before: Set<object> | undefined = holding;
  holding = new Set();
  const references = Array.from(before, (made) => new WeakRef(made));
  // A reference keeps its object for as long as the turn lasts in which it was made.
  setImmediate(() => {
    before = undefined;
    statements.clear();
    collect();
    for (const reference of references) {
      const used = reference.deref();
      if (used) holding.add(used);
    }
    sweepsAt = holding.size + maxUnswept;
  }).unref();
}

/** Costs some 20 ms. Node has no call for it without the flag, which may be set late. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  gc();
}
