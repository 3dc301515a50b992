/** Texts of one row. */
export interface Texts {
  /** What it takes in memory, all of it. */
  bytes: number;
  at(slot: number): string | undefined;
}

/**
 * Keeps the bytes and makes a text when it is asked for. As strings all of them would take twice as much as soon as one
 * letter is beyond Latin-1, and whoever holds a part of such a string holds the whole.
 */
export function textsIn(data: Buffer): Texts {
  const starts = [0];
  for (let end = data.indexOf(0); end >= 0; end = data.indexOf(0, end + 1)) starts.push(end + 1);
  return {
    bytes: data.buffer.byteLength,
    at(slot) {
      const start = starts[slot];
      if (start === undefined) return undefined;
      const next = starts[slot + 1];
      return data.toString('utf8', start, next === undefined ? data.length : next - 1);
    },
  };
}
