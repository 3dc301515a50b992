/** What a terminal would show at the end: colours stay, everything that moves a cursor goes. */
export function settledOutput(raw: string): string {
  return raw.replace(/\r\n/g, '\n').replace(otherEscapes, '').split('\n').map(lastWritten).join('\n');
}

/** Operating system commands (titles, links), cursor moves, and other escapes than `m`. */
const otherEscapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are made of them.
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b\[[0-9;?<=>]*[ -/]*[@-ln-~]|\u001b[()#][A-Za-z0-9]|\u001b[=>78cDEHMNOZ]/g;

/** A progress bar writes one line again and again: the last time counts. */
function lastWritten(line: string): string {
  if (!line.includes('\r') && !line.includes('\b')) return line;
  const parts = line.split('\r');
  const last = parts.findLast((part) => part !== '') ?? '';
  const written: string[] = [];
  for (const character of last) {
    if (character === '\b') written.pop();
    else written.push(character);
  }
  return written.join('');
}
