import type { UserRow } from '../transcript/said.ts';
import { type SearchPiece, spoken } from './piece.ts';

/** What was typed, and what a background task reports. */
export function promptPieces(said: UserRow): SearchPiece[] {
  if (said.kind === 'typed' || said.kind === 'command') return spoken('prompt', said.text);
  // What a background task reports is a result, though of no call that is known here.
  return said.kind === 'notification' ? spoken('tool-result', said.text) : [];
}
