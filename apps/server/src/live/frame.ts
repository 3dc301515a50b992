import { type LiveMessage, maxLivePayloadBytes, type TelltaleEvent } from '@telltale/core';

/** The frames of the live socket as bytes, so that one serialisation serves every viewer. */
export function frameOf(message: LiveMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** An `events` frame from texts of `eventText`. */
export function eventsFrame(texts: readonly string[], upTo: number): Buffer {
  return Buffer.from(`{"events":[${texts.join(',')}],"upTo":${upTo}}`);
}

/** One event as live frames carry it: a payload above the limit is replaced by its size. */
export function eventText(event: TelltaleEvent): string {
  const { payload, ...head } = event;
  if (payload === undefined) return JSON.stringify(event);
  const payloadText = JSON.stringify(payload);
  const payloadBytes = Buffer.byteLength(payloadText);
  if (payloadBytes > maxLivePayloadBytes) return JSON.stringify({ ...head, payloadBytes });
  return `${JSON.stringify(head).slice(0, -1)},"payload":${payloadText}}`;
}
