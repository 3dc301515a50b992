import { contextRules } from './context-rules.ts';
import type { PersonalRuleName } from './personal-rules.ts';
import { tokenRules } from './token-rules.ts';

/**
 * Every rule, in the order they are applied: what names itself comes first, so that a mask says as much as it can.
 * The collector's statements are generated from this table too. A name may have several rows.
 */
export const redactionRules = [...tokenRules, ...contextRules] as const;

export type RuleName = (typeof redactionRules)[number]['name'];

export function maskOf(name: RuleName | PersonalRuleName): string {
  return `[redacted:${name}]`;
}

/** What a rule puts in place of its match, as JavaScript and RE2 spell it: `$1[redacted:name]$2`. */
export function replacementOf({ name, expression }: { name: RuleName | PersonalRuleName; expression: string }): string {
  const groups = new RegExp(`${expression}|`).exec('')?.length ?? 1;
  return `${groups > 1 ? '$1' : ''}${maskOf(name)}${groups > 2 ? '$2' : ''}`;
}
