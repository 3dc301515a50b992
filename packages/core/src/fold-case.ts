/** Text as it is compared: lower case, composed, with one sigma. Stored search text and needles go through it. */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}
