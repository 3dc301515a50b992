const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

/** Paints a text, or leaves it as it is. */
export type Colours = Record<keyof typeof codes, (text: string) => string>;

/** Colours on a terminal, unless NO_COLOR says otherwise (no-color.org); FORCE_COLOR wants them always. */
export function createColours(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Colours {
  const isForced = !!env.FORCE_COLOR && env.FORCE_COLOR !== '0';
  const isOn = !env.NO_COLOR && env.TERM !== 'dumb' && (isTerminal || isForced);
  const paint = (code: number) => (text: string) => (isOn ? `\u001b[${code}m${text}\u001b[0m` : text);
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, paint(code)])) as Colours;
}
