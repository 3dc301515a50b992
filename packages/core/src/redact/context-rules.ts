import type { RedactionRule } from './rule.ts';
import { caseless, jsonString, orSlash, quote, slash, valueRest, valueStart } from './shapes.ts';

/** Names whose value is a secret whatever it looks like, in lower case with `_` where names join their words. */
const secretNames = [
  ...['password', 'passwd', 'passphrase', '_pass', '_pwd', 'sshpass', 'secret', 'secret_key_base', '_authtoken'],
  ...['api', 'access', 'private', 'secret', 'encryption', 'signing', 'account', 'master', 'shared', 'auth'].map(
    (kind) => `${kind}_key`,
  ),
];

/** A token may also be a unit of text or a page mark, so its value must look the part. */
const tokenNames = ['token'];

const alternatives = (names: readonly string[], joint: string) =>
  `(?:${names.map((name) => joined(name, joint)).join('|')})`;

/** A leading `_` belongs to the name; the others may be spelled `apiKey`, `api-key`, `API_KEY`. */
function joined(name: string, joint: string): string {
  return name.replace(/(?<=.)_/g, joint);
}

const anyCase = (names: readonly string[]) => caseless(alternatives(names, '[ _-]?'));
const upperCase = (names: readonly string[]) =>
  alternatives(names, '_?').replace(/[a-z]/g, (char) => char.toUpperCase());

function literalsOf(names: readonly string[], endings: readonly string[]): string[] {
  const spellings = names.flatMap((name) => ['', '_', '-', ' '].map((joint) => joined(name, joint)));
  return [...new Set(spellings)].flatMap((spelling) => endings.map((ending) => spelling + ending));
}

/** Between a name and its value, also where a file aligns them. */
const gap = String.raw`(?:[ \t]|\\+t){0,24}`;
const assignmentEndings = ['=', ' =', ':', ' :', '  ', '\t', '\\'];
const afterValue = String.raw`([\s"'\\;,&|)\x60]|$)`;

/** The string value of a JSON key, in JSON that is itself `depth` strings deep. */
function field<Name extends string>(name: Name, names: readonly string[], depth: number, value: 'any' | 'opaque') {
  const string = jsonString(depth);
  const space = String.raw`(?:\s|\\+[nrt]){0,64}`;
  const opaque = String.raw`[^\s"\\$<{\[]`;
  return {
    name,
    literals: literalsOf(names, [string.literalQuote]),
    expression:
      `(${anyCase(names)}${string.quote}${space}:${space}${string.quote})` +
      (value === 'any' ? `${string.first}${string.unit}*` : `${opaque}${orSlash(String.raw`[^\s"\\]`)}{7,}`),
  };
}

/** A header's value as a JSON string; one that a token rule has masked inside, or that is a reference, stays. */
function headerField(name: string, value: string, depth: number) {
  const string = jsonString(depth);
  return {
    name: 'header-field' as const,
    literals: [name + string.literalQuote],
    expression: String.raw`(${caseless(name)}${string.quote}\s{0,8}:\s{0,8}${string.quote})${value}${orSlash(String.raw`[^"\\\[$<]`)}{7,}(${string.quote})`,
  };
}

const authorizationField = (depth: number) => headerField('authorization', String.raw`[^"\\$<{\[]`, depth);
const cookieField = (depth: number) => headerField('cookie', '[A-Za-z0-9_.-]{1,64}=', depth);

/** `DB_PASSWORD=…` as in a shell, a .env file or a unit: an upper-case name, no spaces. */
function environmentRule<Name extends string>(name: Name, names: readonly string[], min: number) {
  const delimiter = String.raw`\s"'\\$<(){}\[\];,|&>\x60`;
  const any = orSlash(`[^${delimiter}]`);
  const telling = '0-9!@#%^*+/:~-';
  return {
    name,
    literals: literalsOf(names, ['=']),
    // A plain word must end where a value ends (not `process.env.X`, `f(x)`); with a digit in it dots are welcome.
    // What goes on for 200 characters is a value without a look at its end, which keeps hostile text linear.
    expression:
      `(${upperCase(names)}=)(?:[^${delimiter}=]${any}{199,}|` +
      `(?:[^${delimiter}.=]${orSlash(`[^${delimiter}.]`)}{${min - 1},199}|[A-Za-z_.]{0,64}[${telling}]${any}{${min - 2},199})${afterValue})`,
  };
}

/** The same with quotes around the value, which may then hold spaces. */
function quotedEnvironmentRule<Name extends string>(name: Name, names: readonly string[], mark: '"' | "'") {
  const open = mark === '"' ? String.raw`\\*"` : "'";
  const stop = mark === '"' ? String.raw`"\\\r\n` : String.raw`'"\\\r\n`;
  return {
    name,
    literals: literalsOf(names, ['=']),
    expression: `(${upperCase(names)}=${open})${valueStart}${orSlash(`[^${stop}]`)}{2,}`,
  };
}

/** `password = "…"` in code: one word in quotes. Labels ("Enter your password") have spaces. */
function literalRule<Name extends string>(name: Name, names: readonly string[], value: string) {
  return {
    name,
    literals: literalsOf(names, [...assignmentEndings, "'"]),
    expression: `(${anyCase(names)}'?${gap}(?::=|=>|[:=])${gap}${quote})${value}(${quote})`,
  };
}

/** A parser's tokens are words in quotes too; one that opens a door has a digit. */
const wordWithDigit = `[A-Za-z_.!@#%^&*+/~-]{0,64}[0-9]${valueRest}{7,}`;

/** `password: …`, `password=…` without quotes: only what no variable or type would be called. */
function bareRule<Name extends string>(name: Name, names: readonly string[], numbers: boolean) {
  const letter = '[A-Za-z!@#%^*+_~-]';
  const any = orSlash('[A-Za-z0-9!@#%^*+/=_~-]');
  const shapes = [
    `${letter}{5,64}[0-9]${any}{0,200}`,
    `${letter}{1,4}[0-9]${any}{3,200}`,
    `[0-9]{1,8}${letter}${any}{4,200}`,
    `${orSlash('[A-Za-z0-9+/_-]')}{16,200}={1,2}`,
    ...(numbers ? ['[0-9]{4,32}'] : []),
  ];
  return {
    name,
    literals: literalsOf(names, assignmentEndings),
    expression: String.raw`(${anyCase(names)}${gap}[:=]${gap})(?:${shapes.join('|')})([\s"'\\;,&|)\x60]|\.(?:[\s"'\\]|$)|$)`,
  };
}

const flagNames = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'api-key',
  'apikey',
  'access-key',
  'secret-key',
];
const queryNames = [
  ...['access_token', 'refresh_token', 'id_token', 'auth_token', 'token', 'api_key', 'apikey', 'client_secret'],
  ...['secret', 'password', 'x-amz-signature', 'x-amz-security-token', 'x-goog-signature'],
];
const longQueryNames = ['key', 'code', 'auth', 'sig', 'signature'];

/** Secrets that only their surroundings give away: a header, a URL, a name. */
export const contextRules = [
  {
    name: 'authorization',
    literals: ['authorization'],
    expression: String.raw`(${caseless('authorization')}\\*["']?\s?[:=]\s?\\*["']?(?:${caseless('bearer|basic|token|bot|apikey|digest|splunk|geniekey')})[ +])${orSlash('[A-Za-z0-9._~+/=:-]')}{6,}`,
  },
  {
    name: 'bearer-token',
    literals: ['bearer ', 'bearer+', 'bearer%20'],
    expression: `([Bb]earer(?: |[+]|%20))${orSlash('[A-Za-z0-9._~+/=-]')}{20,}`,
  },
  {
    name: 'header',
    literals: ['-key:', '-token:', '-secret:', 'cookie: '],
    expression: String.raw`((?:[Xx]-[A-Za-z-]{0,30}(?:${caseless('key|token|secret')})|PRIVATE-TOKEN|Private-Token|Ocp-Apim-Subscription-Key):\s?|[Cc]ookie: [A-Za-z0-9_.-]{1,64}=)${valueStart}${orSlash(String.raw`[^\s"'\x60\\$<{\[()]`)}{7,}`,
  },
  {
    name: 'url-password',
    literals: ['://', '\\/\\'],
    expression: String.raw`(:${slash}${slash}[^\s/:@"'\\[]{0,256}:)[^\s/@"'\\$<{\[][^\s/"'\\]{0,512}(@)`,
  },
  {
    name: 'url-token',
    literals: queryNames.flatMap((name) => [`?${name}=`, `&${name}=`, `u0026${name}=`]),
    expression: String.raw`((?:[?&]|\\u0026)(?:${caseless(queryNames.join('|'))})=)[^\s&"'\x60\\#<>\$\{\}\[\]][^\s&"'\x60\\#<>\$\{\}\[\]]{5,}`,
  },
  {
    name: 'url-token',
    literals: longQueryNames.flatMap((name) => [`?${name}=`, `&${name}=`, `u0026${name}=`]),
    expression: String.raw`((?:[?&]|\\u0026)(?:${longQueryNames.join('|')})=)[A-Za-z0-9%._~+/-]{16,}`,
  },
  {
    name: 'curl-user',
    literals: ['curl '],
    expression: String.raw`(curl [^"'\\\r\n]{0,120}(?:-u|--user)[ =]?\\*["']?[^\s:"'\\]{1,64}:)${valueStart}[^\s"'\\]*`,
  },
  {
    name: 'secret-flag',
    literals: flagNames.map((name) => `-${name}=`),
    expression: String.raw`(-(?:${flagNames.join('|')})=(?:${quote})?)${valueStart}[^\s"'\x60\\()$\{\}\[\]]{2,}`,
  },
  {
    name: 'secret-flag',
    literals: flagNames.map((name) => `-${name} `),
    expression: `(-(?:${flagNames.join('|')}) (?:${quote})?)[A-Za-z!@#%^*+_~-]{0,64}[0-9]${valueRest}{3,}`,
  },
  {
    name: 'secret-flag',
    literals: flagNames.map((name) => `-${name} `),
    expression: String.raw`(-(?:${flagNames.join('|')}) \\*["'])${valueStart}${valueRest}{3,}`,
  },
  {
    name: 'command-password',
    literals: ['sshpass -p', 'docker login ', 'mysql'],
    expression: String.raw`((?:sshpass -p ?|docker login [^"'\\\r\n]{0,120}-p |mysql(?:dump|admin)? [^"'\\\r\n]{0,120} -p)(?:\\*["'])?)[^\s"'\x60\\$<{\[,:=-][^\s"'\x60\\]{2,}`,
  },
  {
    name: 'netrc-password',
    literals: ['login '],
    expression: String.raw`(login [^\s"'\\]{1,100}(?:\s|\\+[nrt]){1,4}password )${valueStart}[^\s"'\\]+`,
  },
  {
    name: 'aws-secret-key',
    literals: ['secret_access_key', 'secretaccesskey'],
    expression: String.raw`(${caseless('secret_?access_?key')}\\*["']?(?:\s{0,4}[:=]\s{0,4}|\s{1,4})\\*["']?)${orSlash('[A-Za-z0-9/+]')}{40}`,
  },
  {
    name: 'secret-field',
    literals: [';pwd=', '; pwd=', ';password=', '; password='],
    expression: String.raw`(;\s?(?:[Pp]wd|Password)=)[^\s"'\\;$<{\[][^\s"'\\;]*`,
  },
  {
    name: 'secret-field',
    literals: ['"auth"', 'auth\\'],
    expression: String.raw`("auth\\*"\s{0,4}:\s{0,4}\\*")${orSlash('[A-Za-z0-9+/]')}{16,}={0,2}(\\*")`,
  },
  {
    name: 'secret-element',
    literals: literalsOf([...secretNames, ...tokenNames], ['>']),
    expression: String.raw`(${anyCase([...secretNames, ...tokenNames])}>)${valueStart}[^\s"'\x60\\<>]{3,}(<${slash})`,
  },
  authorizationField(0),
  authorizationField(1),
  authorizationField(2),
  authorizationField(3),
  cookieField(0),
  cookieField(1),
  cookieField(2),
  cookieField(3),
  field('secret-field', secretNames, 0, 'any'),
  field('secret-field', secretNames, 1, 'any'),
  field('secret-field', secretNames, 2, 'any'),
  field('secret-field', secretNames, 3, 'any'),
  field('token-field', tokenNames, 0, 'opaque'),
  field('token-field', tokenNames, 1, 'opaque'),
  field('token-field', tokenNames, 2, 'opaque'),
  field('token-field', tokenNames, 3, 'opaque'),
  quotedEnvironmentRule('secret-variable', [...secretNames, ...tokenNames], '"'),
  quotedEnvironmentRule('secret-variable', [...secretNames, ...tokenNames], "'"),
  environmentRule('secret-variable', secretNames, 3),
  environmentRule('secret-variable', tokenNames, 8),
  environmentRule('secret-variable', ['_key'], 20),
  literalRule('secret-literal', secretNames, `${valueStart}${valueRest}{4,}`),
  literalRule('secret-literal', tokenNames, wordWithDigit),
  bareRule('secret-value', secretNames, true),
  bareRule('secret-value', tokenNames, false),
] as const satisfies readonly RedactionRule[];
