import { renderUnicodeCompact } from 'uqr';

/** White on black whatever the terminal's own colours are: half of the cameras read no code with the two exchanged. */
const [painted, plain] = ['\u001b[38;5;231;48;5;16m', '\u001b[0m'];

/** A text as a QR code of half blocks, line by line; without colours it is right on a dark terminal. */
export function qrCode(text: string, isPainted: boolean): string {
  const lines = renderUnicodeCompact(text, { border: 2 }).split('\n');
  return lines.map((line) => `${isPainted ? painted + line + plain : line}\n`).join('');
}
