/** Luhn's sum, which nine of ten numbers that only look like a card fail. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0 && new Set(digits).size > 1;
}

/** ISO 7064: the number read with letters as 10–35 leaves 1 when divided by 97. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const char of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** E.164: at most 15 digits; fewer than nine are nobody's number with a country in front. */
export function isPhoneNumber(text: string): boolean {
  const { length } = digitsOf(text);
  return length >= 9 && length <= 15;
}

/** Nobody reads at `noreply@`, `git@` is how one fetches, and `logo@dark.png` is a file. */
export function isPersonalAddress(text: string): boolean {
  return !nobody.test(text) && !fileEndings.has(text.slice(text.lastIndexOf('.') + 1).toLowerCase());
}

const nobody = /^(?:no-?reply|do-?not-?reply|git|hg|svn)@/i;

/** Endings of files, units and releases that no address on the internet has. */
const fileEndings: ReadonlySet<string> = new Set([
  ...['png', 'jpg', 'jpeg', 'gif', 'svg', 'webp', 'avif', 'ico', 'pdf', 'html', 'htm', 'css', 'scss', 'less', 'vue'],
  ...[
    'js',
    'ts',
    'jsx',
    'tsx',
    'mjs',
    'cjs',
    'mts',
    'cts',
    'map',
    'json',
    'jsonl',
    'yaml',
    'yml',
    'toml',
    'xml',
    'txt',
  ],
  ...['csv', 'log', 'lock', 'java', 'class', 'kt', 'go', 'rb', 'php', 'cpp', 'hpp', 'swift', 'sql', 'tar', 'gz', 'zip'],
  ...['service', 'socket', 'timer', 'target', 'slice', 'mount', 'next', 'beta', 'alpha', 'canary', 'rc', 'snapshot'],
]);

function digitsOf(text: string): string {
  return text.replace(/\D+/g, '');
}
