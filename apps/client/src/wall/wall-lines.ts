import type { Session } from '@telltale/core';

/** What fits on a wall: the first few, and how many more there are. */
export function wallLines(sessions: readonly Session[], most: number) {
  return { total: sessions.length, shown: sessions.slice(0, most), more: Math.max(0, sessions.length - most) };
}
