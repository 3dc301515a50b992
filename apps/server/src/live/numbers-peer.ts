import type { LiveMessage } from '@telltale/core';
import { sessionNumbersOf } from '../access/numbers-views.ts';
import { frameOf } from './frame.ts';
import type { Selection } from './selection.ts';
import type { Peer } from './viewer.ts';

/** Passes no event on; the cursor moves all the same. */
export const noEvents: Selection = { text: ' numbers ', select: () => [] };

/** The far end of a viewer that is shown numbers only: whatever is sent to it passes here, kind by kind. */
export function numbersPeer(peer: Peer): Peer {
  return {
    send(frame) {
      const shown = numbersOf(JSON.parse(frame.toString()) as LiveMessage);
      if (shown) peer.send(frameOf(shown));
    },
    get backlogBytes() {
      return peer.backlogBytes;
    },
    end: peer.end,
  };
}

/** Nothing for a kind that is not known here. */
function numbersOf(message: LiveMessage): LiveMessage | undefined {
  if ('hello' in message || 'deleted' in message || 'skipped' in message || 'error' in message) return message;
  if ('events' in message) return { events: [], upTo: message.upTo };
  if ('sessions' in message) return { sessions: message.sessions.map(sessionNumbersOf) };
  message satisfies never;
  return undefined;
}
