/** "1,204": thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** "1 file", "3 files". */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}
