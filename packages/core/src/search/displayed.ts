import type { TelltaleEvent } from '../event.ts';
import { type Fields, textAt } from '../fields.ts';

/** The id of a message that is displayed in several parts, where the event tells one of them. */
export function partedMessageId({ name, payload }: Pick<TelltaleEvent, 'name' | 'payload'>): string | undefined {
  const isWhole = payload?.index === 0 && payload.final === true;
  return name === 'MessageDisplay' && !isWhole ? textAt(payload, 'message_id') : undefined;
}

/** The last part with the text of all of them, as if the message had one; undefined while one is lacking. */
export function wholeMessage<T extends Pick<TelltaleEvent, 'payload'>>(parts: readonly T[]): T | undefined {
  const byIndex = new Map(parts.map((part) => [part.payload?.index, part]));
  const last = parts.find(({ payload }) => payload?.final === true);
  const index = last?.payload?.index;
  if (!last || typeof index !== 'number' || index >= maxParts) return undefined;
  let text = '';
  for (let at = 0; at <= index; at += 1) {
    const part = byIndex.get(at);
    if (!part) return undefined;
    text += textAt(part.payload, 'delta') ?? '';
  }
  const payload: Fields = { ...last.payload, index: 0, final: true, delta: text };
  return { ...last, payload };
}

const maxParts = 10_000;
