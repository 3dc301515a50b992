/** A clock this far ahead of the service's is wrong, not early. */
const maxAheadMs = 5 * 60_000;
const earliestMs = Date.UTC(2020);

/**
 * The time a sender told, as ISO 8601 with milliseconds: ISO text, or Unix time in s, ms, µs or ns (told apart by size).
 * What cannot be a time, or lies in the future, is the time of arrival.
 */
export function readAt(told: string | number | undefined, receivedAt: string): string {
  const ms = typeof told === 'number' ? unixMs(told) : told === undefined ? Number.NaN : textMs(told.trim());
  if (!Number.isFinite(ms) || ms < earliestMs || ms > Date.parse(receivedAt) + maxAheadMs) return receivedAt;
  return isoOf(Math.trunc(ms));
}

/** Many events are of one millisecond, and writing it costs more than the rest. */
let lastIso = { ms: 0, text: '1970-01-01T00:00:00.000Z' };

function isoOf(ms: number): string {
  if (ms !== lastIso.ms) lastIso = { ms, text: new Date(ms).toISOString() };
  return lastIso.text;
}

function textMs(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? unixMs(Number(text)) : Date.parse(text);
}

function unixMs(value: number): number {
  if (value < 1e11) return value * 1000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1000 : value / 1e6;
}
