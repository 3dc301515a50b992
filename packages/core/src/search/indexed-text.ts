/** Another number makes every index anew: what is taken out of an index must be what was put in. */
export const searchVersion = 3;

/** A text as the index takes it. */
export interface IndexedText {
  /** Words, as the tokenizer finds them. */
  words: string;
  /** The words inside of names: `useAuth` is also `use Auth`. */
  humps: string;
}

/** Encoded bytes have no words; they would be a large part of the index. */
const encoded = /[A-Za-z0-9+/]{200,}={0,2}/g;
const humped = /[A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*|[A-Z]{2,}[a-z][A-Za-z0-9]+/g;
const hump = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;
const maxNames = 2000;

export function indexedText(text: string): IndexedText {
  const words = text.replace(encoded, ' ');
  const names = new Set<string>();
  for (const [name] of words.matchAll(humped)) {
    if (names.size >= maxNames) break;
    if (name.length <= 80) names.add(name);
  }
  return { words, humps: [...names].map((name) => splitHumps(name).join(' ')).join('\n') };
}

/** `useHTTPServer` → use, HTTP, Server. */
export function splitHumps(name: string): string[] {
  return name.split(hump);
}
