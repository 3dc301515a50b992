import { cutUtf8 } from './cut-utf8.ts';
import { createLiteralScan, type LiteralScan } from './redact/literal-scan.ts';
import type { RedactionRule } from './redact/rule.ts';
import { type RuleName, redactionRules, replacementOf } from './redact/rules.ts';

export type { RedactionRule } from './redact/rule.ts';
export { maskOf, type RuleName, redactionRules, replacementOf } from './redact/rules.ts';

export interface Redaction {
  text: string;
  /** How many secrets were masked. */
  masked: number;
  /** The same per rule; only rules that masked something. */
  rules: Partial<Record<RuleName, number>>;
}

/**
 * Masks secrets in plain text or in raw JSON text (before JSON.parse): valid JSON stays valid, with the same
 * structure and keys, also for JSON inside JSON strings. Text without a secret comes back as the same string.
 * Idempotent, and linear in the length of the text.
 */
export function redactSecrets(text: string): Redaction {
  compiled ??= compile(redactionRules);
  const redaction: Redaction = { text, masked: 0, rules: {} };
  // A mask may uncover what was glued to the secret, so look again after a find; a text without one is read once.
  for (let round = 0; round < maxRounds; round++) {
    const candidates = compiled.scan(redaction.text);
    if (!candidates || !applyRules(compiled.rules, candidates, redaction)) break;
  }
  return redaction;
}

const maxRounds = 8;

/** Redacts first and cuts then, to at most `maxBytes` of UTF-8: half a secret would be one that no rule knows. */
export function redactDeadLetter(text: string, maxBytes = 65_536): Redaction {
  const redaction = redactSecrets(text);
  return { ...redaction, text: cutUtf8(redaction.text, maxBytes) };
}

interface CompiledRule {
  index: number;
  name: RuleName;
  expression: RegExp;
  replacement: string;
}

// Built at the first use: who only imports core (the browser) does not pay for it.
let compiled: { scan: LiteralScan; rules: CompiledRule[] } | undefined;

function compile(rules: readonly (RedactionRule & { name: RuleName })[]): NonNullable<typeof compiled> {
  return {
    scan: createLiteralScan(rules.map((rule) => rule.literals)),
    rules: rules.map(({ name, expression }, index) => ({
      index,
      name,
      expression: new RegExp(expression, 'g'),
      replacement: replacementOf({ name, expression }),
    })),
  };
}

/** Whether anything was masked. */
function applyRules(rules: readonly CompiledRule[], candidates: ReadonlySet<number>, redaction: Redaction): boolean {
  const before = redaction.masked;
  for (const { index, name, expression, replacement } of rules) {
    if (!candidates.has(index)) continue;
    const masked = redaction.text.match(expression)?.length ?? 0;
    if (masked === 0) continue;
    redaction.text = redaction.text.replace(expression, replacement);
    redaction.masked += masked;
    redaction.rules[name] = (redaction.rules[name] ?? 0) + masked;
  }
  return redaction.masked > before;
}
