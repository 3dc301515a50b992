import { alertIdentity } from '../alert-identity.ts';
import type { TelltaleEvent } from '../event.ts';
import { remove, type SessionFold } from './fold.ts';
import { openTrouble } from './trouble.ts';

/** An alert about this session fires; it stays until it is resolved or the session ends. */
export function noteAlert(fold: SessionFold, event: TelltaleEvent): void {
  openTrouble(fold, { kind: 'alert', summary: event.summary, since: event.at, seq: event.seq, about: aboutOf(event) });
}

export function endAlert(fold: SessionFold, event: TelltaleEvent): void {
  const about = aboutOf(event);
  remove(fold.troubles, (trouble) => trouble.about === about);
}

/** No MCP server is called so. */
function aboutOf(event: TelltaleEvent): string {
  return `alert ${alertIdentity(event.payload, event.id)}`;
}
