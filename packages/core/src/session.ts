import { isBookkeeping } from './catalogue/telemetry.ts';
import type { TelltaleEvent } from './event.ts';
import { rowOf, textAt } from './fields.ts';
import { endAlert, noteAlert } from './session/alerts.ts';
import { type FoldLimits, foldLimits, type SessionFold } from './session/fold.ts';
import { countMetered } from './session/metered-counts.ts';
import { noteOrigin } from './session/origin.ts';
import { hookSteps, telemetrySteps } from './session/steps.ts';

export { editConflicts } from './session/conflicts.ts';
export {
  emptyFold,
  type FoldLimits,
  foldVersion,
  isBefore,
  type SessionFold,
} from './session/fold.ts';
export { type Metered, meteredWorkingMs, sessionOfMetered } from './session/metered.ts';
export { clearedFrom } from './session/parent.ts';
export { lostAfterMs, type SessionFacts, sessionOf, yourTurnMs } from './session/view.ts';

/**
 * Adds one event to a session. The caller feeds events in the order of (`at`, `id`), so that a shuffled delivery gives
 * the identical session; `isBefore` tells when that needs a new fold.
 */
export function foldEvent(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits = foldLimits): void {
  if (!concernsSession(event)) return;
  if (event.source === 'alert') foldAlert(fold, event);
  else {
    if (fold.firstAt === '') fold.firstAt = event.at;
    noteOrigin(fold, event);
    if (event.source === 'hook') fold.hasHooks = true;
    else if (event.source === 'otel') countMetered(fold, event);
    rowOf(event.source === 'hook' ? hookSteps : telemetrySteps, event.name)?.(fold, event, limits);
    fold.heardAt = event.at;
  }
  fold.lastAt = event.at;
  fold.lastId = event.id;
  fold.lastSeq = Math.max(fold.lastSeq, event.seq);
}

/**
 * False for what the client tells of itself at its start (hooks registered, plugins loaded): `--continue` sends that
 * under ids that no conversation ever gets, so it neither makes a session nor changes one.
 */
export function concernsSession({ source, name, promptId }: TelltaleEvent): boolean {
  if (source !== 'otel') return true;
  return promptId === undefined ? rowOf(telemetrySteps, name) !== undefined : !isBookkeeping(name);
}

/** An alert is no sign of life, and makes no session. */
function foldAlert(fold: SessionFold, event: TelltaleEvent): void {
  if (textAt(event.payload, 'status') === 'resolved') endAlert(fold, event);
  else noteAlert(fold, event);
}
