import { cutUtf8 } from './cut-utf8.ts';
import { createLiteralScan, type LiteralScan } from './redact/literal-scan.ts';
import { type PersonalRuleName, personalRules } from './redact/personal-rules.ts';
import type { RedactionRule } from './redact/rule.ts';
import { maskOf, type RuleName, redactionRules, replacementOf } from './redact/rules.ts';

export { personalRules } from './redact/personal-rules.ts';
export type { RedactionRule } from './redact/rule.ts';
export { maskOf, redactionRules, replacementOf } from './redact/rules.ts';

export interface Redaction {
  text: string;
  /** How many secrets were masked. */
  masked: number;
  /** The same per rule; only rules that masked something. */
  rules: Partial<Record<RuleName | PersonalRuleName, number>>;
}

/** What is masked of a text: `redactSecrets`, or also what tells of persons. */
export type Redact = (text: string) => Redaction;

/**
 * Masks secrets in plain text or in raw JSON text (before JSON.parse): valid JSON stays valid, with the same
 * structure and keys, also for JSON inside JSON strings. Text without a secret comes back as the same string.
 * Idempotent, and linear in the length of the text.
 */
export function redactSecrets(text: string): Redaction {
  secrets ??= compile(redactionRules);
  return redactBy(secrets, text);
}

/** Masks e-mail addresses, phone, card, social security and account numbers in the same way. */
export function redactPersonal(text: string): Redaction {
  personal ??= compile(personalRules);
  return redactBy(personal, text);
}

/** Secrets first: what a URL or a key holds must not be taken for an address. */
export function redactSecretsAndPersonal(text: string): Redaction {
  const first = redactSecrets(text);
  const { masked, rules, ...second } = redactPersonal(first.text);
  return { ...second, masked: first.masked + masked, rules: { ...first.rules, ...rules } };
}

function redactBy(compiled: Compiled, text: string): Redaction {
  const redaction: Redaction = { text, masked: 0, rules: {} };
  // A mask may uncover what was glued to the secret, so look again after a find; a text without one is read once.
  for (let round = 0; round < maxRounds; round++) {
    const candidates = compiled.scan(redaction.text);
    if (!candidates && !compiled.hasUnnamed) break;
    if (!applyRules(compiled.rules, candidates, redaction)) break;
  }
  return redaction;
}

const maxRounds = 8;

/** Redacts first and cuts then, to at most `maxBytes` of UTF-8: half a secret would be one that no rule knows. */
export function redactDeadLetter(text: string, maxBytes = 65_536, redact: Redact = redactSecrets): Redaction {
  const redaction = redact(text);
  return { ...redaction, text: cutUtf8(redaction.text, maxBytes) };
}

interface Compiled {
  scan: LiteralScan;
  rules: CompiledRule[];
  /** Whether there are rules without literals, which are tried on every text. */
  hasUnnamed: boolean;
}

interface CompiledRule {
  index: number;
  isUnnamed: boolean;
  name: RuleName | PersonalRuleName;
  expression: RegExp;
  replacement: string;
  isReal?: RedactionRule['isReal'];
}

// Built at the first use: who only imports core (the browser) does not pay for it.
let secrets: Compiled | undefined;
let personal: Compiled | undefined;

function compile(rules: readonly (RedactionRule & { name: CompiledRule['name'] })[]): Compiled {
  return {
    scan: createLiteralScan(rules.map((rule) => rule.literals)),
    hasUnnamed: rules.some(({ literals }) => literals.length === 0),
    rules: rules.map(({ name, literals, expression, isReal }, index) => ({
      index,
      isUnnamed: literals.length === 0,
      name,
      expression: new RegExp(expression, 'g'),
      replacement: replacementOf({ name, expression }),
      ...(isReal && { isReal }),
    })),
  };
}

/** Whether anything was masked. */
function applyRules(
  rules: readonly CompiledRule[],
  candidates: ReadonlySet<number> | undefined,
  redaction: Redaction,
): boolean {
  const before = redaction.masked;
  for (const rule of rules) {
    if (!rule.isUnnamed && !candidates?.has(rule.index)) continue;
    const masked = rule.isReal ? maskReal(rule, rule.isReal, redaction) : maskAll(rule, redaction);
    if (masked === 0) continue;
    redaction.masked += masked;
    redaction.rules[rule.name] = (redaction.rules[rule.name] ?? 0) + masked;
  }
  return redaction.masked > before;
}

function maskAll({ expression, replacement }: CompiledRule, redaction: Redaction): number {
  const masked = redaction.text.match(expression)?.length ?? 0;
  if (masked > 0) redaction.text = redaction.text.replace(expression, replacement);
  return masked;
}

/** Rules with a check keep one group before the mask and one after it. */
function maskReal({ expression, name }: CompiledRule, isReal: (text: string) => boolean, redaction: Redaction): number {
  let masked = 0;
  const text = redaction.text.replace(expression, (match: string, before: string, after: string) => {
    if (!isReal(match.slice(before.length, match.length - after.length))) return match;
    masked += 1;
    return before + maskOf(name) + after;
  });
  if (masked > 0) redaction.text = text;
  return masked;
}
