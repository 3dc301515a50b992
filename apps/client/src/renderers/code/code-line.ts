/** A run of characters of one kind; without a kind it is plain. */
export interface CodeRun {
  text: string;
  kind?: string;
}

export type CodeLine = readonly CodeRun[];

/** More than this is shown plain: nobody waits for the colours of a bundle. */
export const mostCharacters = 60_000;

export function plainLines(text: string): CodeLine[] {
  return text.split('\n').map((line) => [{ text: line }]);
}
