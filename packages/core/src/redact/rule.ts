/**
 * One way to recognise a secret.
 * Group 1 of the expression, if any, is kept before the mask and group 2 after it (`$1[redacted:name]$2`, in
 * OTTL too); everything else it matches is masked.
 */
export interface RedactionRule {
  name: string;
  /** ASCII, matched in either case. The expression is tried only where one of them occurs; always where there is none. */
  literals: readonly string[];
  /** RE2 syntax, case-sensitive, no flags. */
  expression: string;
  /** Whether what would be masked is what it looks like; for check digits, which no expression can tell. */
  isReal?: (text: string) => boolean;
}
