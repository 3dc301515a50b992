const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "0 bytes", "12 kB", "3.4 GB": two digits, or as many as the number has. */
export function bytesInWords(bytes: number): string {
  let [value, unit] = [Math.max(0, bytes), 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
