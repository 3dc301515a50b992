import type { Outcome } from '../event.ts';
import type { Fields } from '../fields.ts';

/** What colour may say: state and nothing else. */
const tones = ['quiet', 'working', 'needs-you', 'trouble', 'done'] as const;
export type Tone = (typeof tones)[number];

/** What Telltale knows about one hook event of Claude Code. */
export interface HookRow {
  /** The event in words. */
  label: string;
  tone: Tone;
  /** One line of words: what happened. */
  summary: (payload: Fields) => string;
  /** Keys worth showing beside those that every hook has. */
  fields: readonly string[];
  /** How the action that it reports ended. */
  outcome?: (payload: Fields) => Outcome | undefined;
  /** Whether our settings register it. */
  registered: boolean;
  /** Why it is registered, or why not. */
  why: string;
}
