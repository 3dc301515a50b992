import { type LiveMessage, maxLivePayloadBytes, type TelltaleEvent } from '@telltale/core';

/** The frames of the live socket as bytes, so that one serialisation serves every viewer. */
export function frameOf(message: LiveMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** An `events` frame from bytes of `eventBytes`. One text of them all would be a large object of the heap, and twice as long. */
export function eventsFrame(events: readonly Buffer[], upTo: number): Buffer {
  const parts: Buffer[] = [];
  for (const event of events) parts.push(parts.length === 0 ? start : comma, event);
  return Buffer.concat([...(parts.length === 0 ? [start] : parts), Buffer.from(`],"upTo":${upTo}}`)]);
}

const start = Buffer.from('{"events":[');
const comma = Buffer.from(',');

/** One event as live frames carry it: a payload above the limit is replaced by its size. */
export function eventBytes(event: TelltaleEvent): Buffer {
  const { payload, ...head } = event;
  if (payload === undefined) return Buffer.from(JSON.stringify(event));
  const payloadText = JSON.stringify(payload);
  const payloadBytes = Buffer.byteLength(payloadText);
  if (payloadBytes > maxLivePayloadBytes) return Buffer.from(JSON.stringify({ ...head, payloadBytes }));
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"payload":${payloadText}}`);
}
