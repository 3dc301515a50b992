const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `12 ms`, `3.2 s`, `42 s`, `4 m 10 s`, `2 h 5 m`, `3 d 4 h`. */
export function durationWords(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / second).toFixed(1)} s`;
  const seconds = Math.round(ms / second);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's');
  const minutes = Math.round(ms / minute);
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'm');
  return twoUnits(Math.round(ms / hour), 24, 'd', 'h');
}

/** How long ago, coarse enough not to flicker: `42 s`, `4 m`, `2 h`, `3 d`. */
export function ageWords(ms: number): string {
  if (ms < minute) return `${Math.max(0, Math.floor(ms / second))} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} m`;
  if (ms < day) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / day)} d`;
}

/** Decimal units: `900 B`, `1.3 kB`, `1.3 MB`. */
export function sizeWords(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** Large counts: `940`, `1.3 k`, `126 k`, `2.1 M`. */
export function countWords(count: number): string {
  return scaled(count, ['', 'k', 'M', 'G']).trim();
}

/** `1 file`, `31 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** List price in words: `$4.12`, `$0.0042`, `<$0.0001`, `~$0.42` estimated, `–` unknown. */
export function moneyWords(usd: number | undefined, isEstimated = false): string {
  if (usd === undefined) return '–';
  const words = dollars(usd);
  return isEstimated ? `~${words}` : words;
}

/** To the billionth of a dollar: `$0.0109688 · 10,968.8 µ$`, for the hover and for copying. */
export function exactMoney(usd: number): string {
  const nanos = Math.round(usd * 1e9);
  const sign = nanos < 0 ? '−' : '';
  const digits = (Math.abs(nanos) / 1e9).toFixed(9).replace(/0{1,7}$/, '');
  const micros = (Math.abs(nanos) / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 });
  return `${sign}$${digits} · ${sign}${micros} µ$`;
}

/** `63 %`; a share that is not nothing or everything does not say so: `<1 %`, `99 %`. */
export function shareWords(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %';
  return `${share < 1 ? Math.min(99, Math.round(share * 100)) : Math.round(share * 100)} %`;
}

/** The text as one line of at most `max` characters; `…` says that it was cut. */
export function oneLine(text: string, max = 160): string {
  // Cut before the regular expression: a payload may hold megabytes, and whitespace rarely fills three quarters.
  const isLong = text.length > max * 4;
  const line = plain(isLong ? cut(text, max * 4) : text);
  if (line.length > max) return `${cut(line, max - 1)}…`;
  return isLong ? `${line}…` : line;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and other orders to a terminal are what it looks for.
const terminalOrders = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

function plain(text: string): string {
  const shown = text.includes('\u001b') ? text.replace(terminalOrders, '') : text;
  return shown.replace(/\s+/g, ' ').trim();
}

/** The first line that says something. */
export function firstLine(text: string, max = 160): string {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = oneLine(end < 0 ? text.slice(start) : text.slice(start, end), max);
    if (line !== '' || end < 0) return line;
    start = end + 1;
  }
  return '';
}

/** The first line of what an agent said, without the marks of its Markdown. */
export function saidLine(markdown: string, max = 160): string {
  // Room for the marks, which come in pairs: they go before the line is cut.
  return oneLine(
    firstLine(markdown, max * 2)
      .replace(blockMark, '')
      .replace(inlineMarks, '$1$2$3'),
    max,
  );
}

const blockMark = /^(?:#{1,6} |> |[-*+] )+/;
const inlineMarks = /`([^`]+)`|\*\*([^*]+)\*\*|!?\[([^\]]+)\]\([^)\s]+\)/g;

/** `“useAuth”` */
export function quoted(text: string, max = 80): string {
  return `“${oneLine(text, max)}”`;
}

function twoUnits(value: number, per: number, big: string, small: string): string {
  const rest = value % per;
  const head = `${Math.floor(value / per)} ${big}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}

function scaled(value: number, units: readonly [string, ...string[]]): string {
  let size = value;
  let step = 0;
  while (size >= 999.5 && step < units.length - 1) {
    size /= 1000;
    step += 1;
  }
  const digits = step === 0 || size >= 9.95 ? 0 : 1;
  return `${size.toFixed(digits)} ${units[step] ?? ''}`;
}

function dollars(usd: number): string {
  if (usd < 0) return `−${dollars(-usd)}`;
  if (usd === 0) return '$0.00';
  if (usd < 0.0001) return '<$0.0001';
  if (usd >= 0.995) return `$${usd.toFixed(2).replace(/\B(?=(?:\d{3})+\.)/g, ',')}`;
  const decimals = Math.max(2, 1 - Math.floor(Math.log10(usd)));
  const words = usd.toFixed(decimals);
  // Rounding up may have won a digit: 0.0999 is 0.10, not 0.100.
  return `$${decimals > 2 && Number(words) >= 10 ** (2 - decimals) ? usd.toFixed(decimals - 1) : words}`;
}

/** Never through the middle of a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
