/** One field of a protobuf message: bytes, or a number where the wire has one. */
interface Field {
  number: number;
  bytes: Buffer;
  value: bigint;
}

/** A log record as the wire tells it, read without the schema and the library that the service reads it with. */
export interface ToldRecord {
  name: string;
  session: string;
  sequence: string;
  time: string;
}

/** The log records of an OTLP request, by the numbers of their fields: request 1 → resource 2 → scope 2 → record. */
export function recordsOnWire(body: Buffer): ToldRecord[] {
  const records = inside(body, 1).flatMap((group) => inside(group, 2).flatMap((scope) => inside(scope, 2)));
  return records.map((record) => {
    const attributes = new Map(inside(record, 6).map((pair) => [textIn(pair, 1), inside(pair, 2)[0]] as const));
    const textOf = (key: string) => textIn(attributes.get(key) ?? Buffer.alloc(0), 1);
    const sequence = fieldsOf(attributes.get('event.sequence') ?? Buffer.alloc(0)).find(({ number }) => number === 3);
    const time = fieldsOf(record).find(({ number }) => number === 1)?.value;
    return {
      ...{ name: textOf('event.name'), session: textOf('session.id') },
      ...{ sequence: String(sequence?.value), time: String(time) },
    };
  });
}

function inside(message: Buffer, number: number): Buffer[] {
  return fieldsOf(message)
    .filter((field) => field.number === number)
    .map((field) => field.bytes);
}

function textIn(message: Buffer, number: number): string {
  return inside(message, number)[0]?.toString('utf8') ?? '';
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const [number, type] = [tag >> 3, tag & 7];
    let bytes: Buffer = Buffer.alloc(0);
    let value = 0n;
    if (type === 0) value = varint();
    else {
      const length = type === 2 ? Number(varint()) : type === 1 ? 8 : 4;
      bytes = message.subarray(at, at + length);
      at += length;
      if (type === 1) value = bytes.readBigUInt64LE();
    }
    fields.push({ number, bytes, value });
  }
  return fields;
}
