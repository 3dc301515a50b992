import { type Fields, isFields } from '../../fields.ts';

/** OTLP's AnyValue → JSON. Integers come as numbers or as text, bytes as base64. */
export function readValue(value: unknown): unknown {
  if (!isFields(value)) return undefined;
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (value.intValue !== undefined) return readInt(value.intValue);
  if (value.doubleValue !== undefined) return readDouble(value.doubleValue);
  if (value.boolValue !== undefined) return value.boolValue === true;
  if (isFields(value.arrayValue)) return listOf(value.arrayValue.values).map(readValue);
  if (isFields(value.kvlistValue)) return readAttributes(value.kvlistValue.values) ?? {};
  return value.bytesValue;
}

/** A list of key and value → fields; undefined for what is no such list. A key that comes twice: the last one counts. */
export function readAttributes(list: unknown): Fields | undefined {
  if (list === undefined || list === null) return {};
  if (!Array.isArray(list)) return undefined;
  const fields: Fields = {};
  for (const pair of list) {
    if (!isFields(pair) || typeof pair.key !== 'string') return undefined;
    const value = readValue(pair.value);
    if (value === undefined) continue;
    // A key from outside may be `__proto__`.
    if (pair.key === '__proto__')
      Object.defineProperty(fields, pair.key, { value, enumerable: true, configurable: true, writable: true });
    else fields[pair.key] = value;
  }
  return fields;
}

/** A number where that is exact, else the digits. */
function readInt(told: unknown): unknown {
  if (typeof told !== 'string') return told;
  const value = Number(told);
  return Number.isSafeInteger(value) ? value : told;
}

/** JSON has no words for these but text. */
function readDouble(told: unknown): unknown {
  return typeof told === 'string' && told !== '' && Number.isFinite(Number(told)) ? Number(told) : told;
}

/** Nanoseconds since 1970 as digits: too large for a number. Zero means that nobody knows the time. */
export function readNanos(told: unknown): string | undefined {
  const isDigits = typeof told === 'string' ? /^\d{1,19}$/.test(told) : Number.isInteger(told);
  if (!isDigits) return undefined;
  const nanos = BigInt(told as string | number);
  return nanos > 0n && nanos <= maxNanos ? nanos.toString() : undefined;
}

/** What a database holds as an integer. */
const maxNanos = 2n ** 63n - 1n;

/** To whole milliseconds, by the digits: a division of so large a number may end one below. */
export function millisOf(nanos: string | undefined): number | undefined {
  return nanos === undefined ? undefined : Number(nanos.slice(0, -6) || '0');
}

/** Equal for equal fields, whatever their order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isFields(value)) return JSON.stringify(value) ?? 'null';
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${parts.join(',')}}`;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
