/** All that `colours.ts` paints with. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
const paint = /(\u001b\[(?:0|1|2|3[1-6])m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is spelled out
const orders = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * What goes to a terminal, whoever wrote it: colours pass, everything else that orders a terminal something is spelled
 * out (`\u001b`), which means the same in JSON.
 */
export function tame(text: string): string {
  const parts = text.split(paint);
  return parts.map((part, at) => (at % 2 === 1 ? part : part.replace(orders, spelled))).join('');
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
