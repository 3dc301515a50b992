import { personalRules, type RedactionRule, redactionRules, replacementOf } from '@telltale/core';
import { literalSets, spelling, words } from './literals.ts';

/** The collector's `transform/redaction`: every rule of the event service as OTTL, for logs and spans. */
export function redactionConfig(): string {
  return [
    '# Generated from packages/core/src/redact by `npm run redaction -w observability`; a test compares the two.',
    '# Secrets are masked here, before the first queue: in attributes (nested ones too), bodies, names and span events.',
    '# Kept short, because the collector reads it at each start (1 s), and who exports meanwhile is refused.',
    'error_mode: ignore',
    ...statements(secrets),
    '',
  ].join('\n');
}

/** The same for personal data: a file of its own for those who want it, which adds a processor behind the first. */
export function personalConfig(): string {
  return [
    '# Generated from packages/core/src/redact by `npm run redaction -w observability`; a test compares the two.',
    '# Masks e-mail addresses, phone, card, account and social security numbers in events and traces, too, before the',
    '# first queue. There are no check digits here, so a number that only looks like one is masked as well.',
    'processors:',
    '  transform/personal:',
    ...['error_mode: ignore', ...statements(personal)].map((line) => `    ${line}`),
    '',
    'service:',
    '  pipelines:',
    ...['logs', 'traces'].map((signal) => `    ${signal}/in: { processors: [${processors.join(', ')}] }`),
    '',
  ].join('\n');
}

const processors = ['memory_limiter', 'transform/redaction', 'transform/personal'];

/** Which rules, and what is asked of a record before one of them is tried. */
interface Look {
  rules: readonly (RedactionRule & { name: Parameters<typeof replacementOf>[0]['name'] })[];
  /** Statements that find out whether a record is worth a try. */
  prepare(cache: (name: string) => string, suspect: string): string[];
  isWorthTrying(rule: number, cache: (name: string) => string): string;
}

const secrets: Look = {
  rules: redactionRules,
  prepare: (cache, suspect) => [
    `set(${cache('suspect')}, true) where ${anyOf(cache('all'), words)}`,
    ...plain(cache('all'), suspect),
    ...literalSets.map(
      ({ literals }, set) =>
        `set(${cache(`literals ${set}`)}, true) where ${suspect} and ${anyOf(cache('all'), literals)}`,
    ),
  ],
  isWorthTrying: (rule, cache) =>
    literalSets
      .flatMap(({ rules }, set) => (rules.has(rule) ? [`${cache(`literals ${set}`)} == true`] : []))
      .join(' or '),
};

/** E-mail comes twice: of two addresses with one sign between them a look finds every second one. */
const personal: Look = {
  rules: [...personalRules.filter(({ name }) => name === 'email'), ...personalRules],
  // Nearly every record has a digit, and those without have no number to mask.
  prepare: (cache) => [`set(${cache('suspect')}, true) where IsMatch(${cache('all')}, "[0-9@]")`],
  isWorthTrying: () => 'true',
};

function statements(look: Look): string[] {
  return [
    'log_statements:',
    ...group(look, 'log', 'log.attributes', { body: 'log.body' }),
    'trace_statements:',
    ...group(look, 'span', 'span.attributes', { name: 'span.name', status: 'span.status.message' }),
    ...group(look, 'spanevent', 'spanevent.attributes', { name: 'spanevent.name' }),
  ];
}

/**
 * One context's statements. Nearly all records hold nothing like a secret, so plain words are looked for first, in a
 * lower-case copy of all text; only where a rule's words are found does its expression run.
 * What is not a string at the top is masked as JSON text, as the rules are made for, and written back if that changed it.
 */
function group(look: Look, context: string, attributes: string, texts: Record<string, string> = {}): string[] {
  const cache = (name: string) => `${context}.cache["${name}"]`;
  const text = (name: string) => `${cache('texts')}["${name}"]`;
  const suspect = `${cache('suspect')} == true`;
  const everything = [`String(Values(${attributes}))`, ...Object.values(texts).map((path) => `String(${path})`)];
  const hasStructure = `IsMatch(String(${attributes}), ${quoted(structure)})`;
  const mask = (map: string) =>
    look.rules.map(
      (rule, index) =>
        `replace_all_patterns(${map}, "value", ${quoted(rule.expression)}, ${quoted(replacementOf(rule))})` +
        ` where ${suspect} and (${look.isWorthTrying(index, cache)})`,
    );
  const statements = [
    `set(${cache('all')}, ToLowerCase(Concat([${everything.join(', ')}], " ")))`,
    ...look.prepare(cache, suspect),
    ...mask(attributes),
    `set(${text('nested')}, String(${attributes})) where ${suspect} and ${hasStructure}`,
    ...readable(text('nested'), `${text('nested')} != nil`),
    ...Object.entries(texts).flatMap(([name, path]) => [
      `set(${text(name)}, String(${path})) where ${suspect}`,
      ...readable(text(name), `${suspect} and not IsString(${path})`),
    ]),
    `set(${cache('before')}, ${cache('texts')}) where ${suspect}`,
    ...mask(cache('texts')),
    `merge_maps(${attributes}, ParseJSON(${text('nested')}), "upsert") where ${changed(cache, 'nested')}`,
    ...Object.entries(texts).flatMap(([name, path]) => [
      `set(${path}, ParseJSON(${text(name)})) where ${changed(cache, name)} and not IsString(${path})`,
      `set(${path}, ${text(name)}) where ${changed(cache, name)} and IsString(${path})`,
    ]),
  ];
  return [`  - context: ${context}`, '    statements:', ...statements.map((statement) => `      - ${yaml(statement)}`)];
}

function changed(cache: (name: string) => string, name: string): string {
  return `${cache('texts')}["${name}"] != ${cache('before')}["${name}"]`;
}

/** The collector writes `<`, `>` and `&` in JSON as `\u003c` and so on, at which a rule would take a value for ended. */
function readable(text: string, where: string): string[] {
  const backslash = '\ufdd0'; // stands for an escaped backslash meanwhile, so that `\\u003c` stays what it is
  const steps = [
    [String.raw`\\\\`, backslash],
    [String.raw`\\u003c`, '<'],
    [String.raw`\\u003e`, '>'],
    [String.raw`\\u0026`, '&'],
    [backslash, String.raw`\\`],
  ] as const;
  return steps.map(([from, to]) => `replace_pattern(${text}, ${quoted(from)}, ${quoted(to)}) where ${where}`);
}

/** In JSON text: a map or list as a value. Inside a string its quote has a backslash. */
const structure = String.raw`(?:^|[^\\])(?:\\\\)*":[\[{]`;

/** The second look, before an expression is tried, is for whole literals in one spelling. */
function plain(text: string, where: string): string[] {
  return spelling.map(([from, to]) => `replace_pattern(${text}, ${quoted(from)}, ${quoted(to)}) where ${where}`);
}

function anyOf(text: string, words: string[]): string {
  return `(${words.map((word) => `Index(${text}, ${quoted(word)}) >= 0`).join(' or ')})`;
}

/** A string as OTTL reads it; the collector takes `$` for a variable's beginning where it is not doubled. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('$', '$$$$');
const yaml = (text: string) => `'${text.replaceAll("'", "''")}'`;
