import { isCardNumber, isIban, isPersonalAddress, isPhoneNumber } from './personal-checks.ts';
import type { RedactionRule } from './rule.ts';
import { orSlash } from './shapes.ts';

const jsonEscape = String.raw`\\[bfnrt]|\\u[0-9a-fA-F]{4}`;

/** Where a number may begin: not inside a word, another number, a version or a path. */
const numberStart = String.raw`(^|[^A-Za-z0-9_./+\\-]|${jsonEscape})`;
const numberEnd = String.raw`([^A-Za-z0-9_.-]|\.(?:[^0-9]|$)|$)`;

/** After a backslash the next character belongs to it: what is left must still be JSON. */
const addressStart = String.raw`(^|[^A-Za-z0-9_.%+\\-]|${jsonEscape}|\\[A-Za-z0-9"/])`;
/** Not `git@host:path`, `a@b.method()` or the beginning of a longer name. */
const addressEnd = String.raw`([^A-Za-z0-9_(:/.@-]|[:.](?:[^A-Za-z0-9/~.]|$)|$)`;

const ibanCountries = [
  ...['AD', 'AE', 'AT', 'AZ', 'BA', 'BE', 'BG', 'BH', 'BR', 'CH', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR'],
  ...['GB', 'GE', 'GI', 'GR', 'HR', 'HU', 'IE', 'IL', 'IS', 'IT', 'KW', 'KZ', 'LB', 'LI', 'LT', 'LU', 'LV', 'MC'],
  ...['MD', 'ME', 'MK', 'MT', 'NL', 'NO', 'PL', 'PT', 'QA', 'RO', 'RS', 'SA', 'SE', 'SI', 'SK', 'SM', 'TN', 'TR', 'UA'],
];

const digits = Array.from('0123456789');

const first4 = '(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6011|65[0-9]{2}|35[2-8][0-9])';
const plainCard = `(?:${first4}[0-9]{12}|3[47][0-9]{13})`;

/**
 * What tells of a person, masked where somebody asks for it. As with secrets the expressions are RE2 and work on raw
 * JSON text, in which a number without quotes must stay a number. What an expression cannot tell (check digits) says
 * `isReal`; the collector has the expressions alone and masks a little more.
 */
export const personalRules = [
  {
    name: 'email',
    literals: ['@'],
    expression: String.raw`${addressStart}[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:(?:[A-Za-z][A-Za-z0-9-]{0,62}\.){1,5}[A-Za-z]{2,24}|[0-9]{3}\.com)${addressEnd}`,
    isReal: isPersonalAddress,
  },
  {
    name: 'phone',
    literals: digits.map((digit) => `+${digit}`),
    expression: String.raw`${numberStart}\+[1-9][0-9]{0,2}(?:[ .-]?\([0-9]{1,4}\)[ .-]?|[ .-])[0-9]{1,4}(?:[ .-][0-9]{2,5}){0,3}[ .-][0-9]{2,8}${numberEnd}`,
    isReal: isPhoneNumber,
  },
  {
    name: 'phone',
    literals: digits.map((digit) => `+${digit}`),
    // Not at the beginning of a line, where a diff has its plus.
    expression: String.raw`(^|[ \t"'(:=,;<]|\\t)\+[1-9](?:[0-9]{9,13}|[0-9]{1,2} [0-9]{7,11})${numberEnd}`,
    isReal: isPhoneNumber,
  },
  {
    name: 'phone',
    literals: [],
    expression: String.raw`${numberStart}(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[.-][0-9]{4}${numberEnd}`,
  },
  {
    name: 'social-security',
    literals: [],
    expression: String.raw`${numberStart}(?:00[1-9]|0[1-9][0-9]|[1-57-8][0-9]{2}|6(?:[0-57-9][0-9]|6[0-57-9]))-(?:0[1-9]|[1-9][0-9])-(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})${numberEnd}`,
  },
  {
    name: 'card',
    literals: [],
    expression: String.raw`${numberStart}(?:${first4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})${numberEnd}`,
    isReal: isCardNumber,
  },
  {
    name: 'card',
    literals: [],
    // In a row only where words or quotes stand before it, or behind: elsewhere it may be a number of JSON.
    expression: String.raw`(["'#(=>]|[A-Za-z] )${plainCard}${numberEnd}`,
    isReal: isCardNumber,
  },
  {
    name: 'card',
    literals: [],
    expression: String.raw`${numberStart}${plainCard}(["'\\;)!?]| [A-Za-z(])`,
    isReal: isCardNumber,
  },
  {
    name: 'iban',
    literals: ibanCountries.flatMap((country) => digits.map((digit) => country.toLowerCase() + digit)),
    expression: `${numberStart}(?:${ibanCountries.join('|')})[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?${numberEnd}`,
    isReal: isIban,
  },
  {
    name: 'aws-arn',
    literals: ['arn:aws'],
    expression: `arn:aws[a-z-]{0,10}:[a-z0-9-]{1,32}:[a-z0-9-]{0,20}:[0-9]{12}:${orSlash('[A-Za-z0-9_+=,.@:*/-]')}*`,
  },
] as const satisfies readonly RedactionRule[];

export type PersonalRuleName = (typeof personalRules)[number]['name'];
