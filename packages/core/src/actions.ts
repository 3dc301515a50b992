import type { Action } from './actions/action.ts';
import { emptyBoard, trim } from './actions/board.ts';
import { takeStep } from './actions/steps.ts';
import type { TelltaleEvent } from './event.ts';
import { byTime } from './iso-time.ts';

export { type Action, type ActionState, hasEnded } from './actions/action.ts';

/** Rows of actions that grow with the events. */
export interface ActionIndex {
  /** Adds an event and returns the rows that it made or changed, as new objects; usually one. */
  add(event: TelltaleEvent): readonly Action[];
  get(key: string): Action | undefined;
  /** All rows, in the order in which they appeared. */
  rows(): Action[];
  readonly size: number;
  clear(): void;
}

/**
 * Pairs events to actions as they arrive, in any order: by `tool_use_id` first. Costs a few map look-ups per event
 * and needs no payload but for PostToolBatch. Past `maxActions` the oldest rows are forgotten.
 */
export function createActionIndex({ maxActions = 20_000 }: { maxActions?: number } = {}): ActionIndex {
  let board = emptyBoard();
  return {
    add(event) {
      board.changed.clear();
      takeStep(board, event);
      if (board.rows.size > maxActions) trim(board, maxActions);
      return [...board.changed].flatMap((key) => board.rows.get(key) ?? []);
    },
    get: (key) => board.rows.get(key),
    rows: () => [...board.rows.values()],
    get size() {
      return board.rows.size;
    },
    clear() {
      board = emptyBoard();
    },
  };
}

/** The actions of a session, in the order in which they began. */
export function actionsOf(events: readonly TelltaleEvent[]): Action[] {
  const index = createActionIndex({ maxActions: Number.POSITIVE_INFINITY });
  for (const event of [...events].sort(byTime)) index.add(event);
  return index.rows();
}
