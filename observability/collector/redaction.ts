import { type RedactionRule, redactionRules, replacementOf } from '@telltale/core';

/** The collector's `transform/redaction`: every rule of the event service as OTTL, for logs and spans. */
export function redactionConfig(): string {
  return [
    '# Generated from packages/core/src/redact by `npm run redaction -w observability`; a test compares the two.',
    '# Secrets are masked here, before the first queue: in attributes (nested ones too), bodies, names and span events.',
    'error_mode: ignore',
    'log_statements:',
    ...group('resource', 'resource.attributes'),
    ...group('log', 'log.attributes', { body: 'log.body' }),
    'trace_statements:',
    ...group('resource', 'resource.attributes'),
    ...group('span', 'span.attributes', { name: 'span.name', status: 'span.status.message' }),
    ...group('spanevent', 'spanevent.attributes', { name: 'spanevent.name' }),
    '',
  ].join('\n');
}

/**
 * One context's statements. Nearly all records hold nothing like a secret, so plain words are looked for first, in a
 * lower-case copy of all text; only where a rule's words are found does its expression run.
 * What is not a string at the top is masked as JSON text, as the rules are made for, and written back if that changed it.
 */
function group(context: string, attributes: string, texts: Record<string, string> = {}): string[] {
  const cache = (name: string) => `${context}.cache["${name}"]`;
  const text = (name: string) => `${cache('texts')}["${name}"]`;
  const [suspect, nested] = [`${cache('suspect')} == true`, text('nested')];
  const everything = [`String(Values(${attributes}))`, ...Object.values(texts).map((path) => `String(${path})`)];
  const statements = [
    `set(${cache('all')}, ToLowerCase(Concat([${everything.join(', ')}], " ")))`,
    `set(${cache('suspect')}, true) where ${anyOf(cache('all'), shortest(redactionRules.flatMap(wordsOf)))}`,
    ...Object.entries(texts).map(([name, path]) => `set(${text(name)}, String(${path})) where ${suspect}`),
    `set(${nested}, String(${attributes})) where ${suspect} and IsMatch(String(${attributes}), ${quoted(structure)})`,
    ...wordSets.map(
      (words, set) => `set(${cache(`words ${set}`)}, true) where ${suspect} and ${anyOf(cache('all'), words)}`,
    ),
    ...redactionRules.flatMap((rule) =>
      [attributes, cache('texts')].map(
        (map) =>
          `replace_all_patterns(${map}, "value", ${quoted(rule.expression)}, ${quoted(replacementOf(rule))})` +
          ` where ${cache(`words ${wordSetOf(rule)}`)} == true`,
      ),
    ),
    ...Object.entries(texts).flatMap(([name, path]) => [
      `set(${path}, ${text(name)}) where ${suspect} and IsString(${path})`,
      `set(${path}, ParseJSON(${text(name)})) where ${suspect} and not IsString(${path}) and ${text(name)} != String(${path})`,
    ]),
    `merge_maps(${attributes}, ParseJSON(${nested}), "upsert") where ${suspect} and ${nested} != nil and ${nested} != String(${attributes})`,
  ];
  return [`  - context: ${context}`, '    statements:', ...statements.map((statement) => `      - ${yaml(statement)}`)];
}

/** In JSON text: a map or list as a value. Inside a string its quote has a backslash. */
const structure = String.raw`(?:^|[^\\])(?:\\\\)*":[\[{]`;

/** A rule's literals without the `=`, `:` or quote that ends them, which JSON text may spell otherwise: few, and faster. */
function wordsOf({ literals }: RedactionRule): string[] {
  return shortest(literals.map((literal) => literal.replace(/^["]|[\s=:"'\\>]+$/g, '')));
}

// Many rules share their words.
const wordSets = [...new Map(redactionRules.map((rule) => [wordsOf(rule).join(), wordsOf(rule)])).values()];
const wordSetOf = (rule: RedactionRule) => wordSets.findIndex((words) => words.join() === wordsOf(rule).join());

/** A word that holds another one needs no look of its own. */
function shortest(words: string[]): string[] {
  return [...new Set(words)].filter((word) => !words.some((other) => other !== word && word.includes(other)));
}

function anyOf(text: string, words: string[]): string {
  return `(${words.map((word) => `Index(${text}, ${quoted(word)}) >= 0`).join(' or ')})`;
}

/** A string as OTTL reads it; the collector takes `$` for a variable's beginning where it is not doubled. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('$', '$$$$');
const yaml = (text: string) => `'${text.replaceAll("'", "''")}'`;
