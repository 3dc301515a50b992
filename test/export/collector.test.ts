import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { impersonalTexts, personalCases } from '../../packages/core/fixtures/personal.ts';
import { requiresStack } from '../requires.ts';
import { type Found, recordsIn } from '../stack/otlp.ts';
import { type LogRecord, logsPayload, type Span, send, tracesPayload } from '../stack/payloads.ts';
import { createReceiver, type Receiver } from '../stack/receiver.ts';
import { shipped } from '../stack/shipped.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';

const at = Date.now() - 60_000;
/** Without those that only a check digit tells apart, or the name before the @: the collector has the expressions alone. */
const harmless = impersonalTexts.filter((text) => !/4111|noreply|service|DE00|AD12/.test(text));
const texts = [...personalCases.map(({ text }) => text), ...harmless, 'a@example.com;b@example.com;c@example.com'];
const records = texts.map((text, index): LogRecord => {
  const attributes = { n: index, text, nested: { input: { list: [text] } } };
  return { name: `case_${index}`, at: at + index, attributes, body: text };
});
const spans = texts.map(
  (text, index): Span => ({
    traceId: `${index + 1}`.padStart(32, '0'),
    spanId: `${index + 1}`.padStart(16, '0'),
    name: `span_${index}`,
    at: at + index,
    attributes: { text, nested: [{ deep: text }] },
  }),
);

describe.skipIf(!(await requiresStack()))('personal data, with also/personal.yaml', () => {
  let stack: Stack;
  let receiver: Receiver;
  let found: Map<string, Found>;
  beforeAll(async () => {
    receiver = await createReceiver();
    stack = await createStack({
      telltaleUrl: receiver.url,
      start: ['collector'],
      collectorExtras: [shipped('collector/also/personal.yaml', {})],
    });
    expect(await send(stack.otlp, 'logs', logsPayload(records))).toBe(200);
    expect(await send(stack.otlp, 'traces', tracesPayload(spans))).toBe(200);
    await receiver.start();
    const all = await waitFor(
      'logs and spans',
      () => {
        const told = receiver.accepted.flatMap(({ text }) => recordsIn(text));
        return told.length >= records.length + spans.length && told;
      },
      60_000,
    );
    found = new Map(all.map((one) => [one.name, one]));
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it('is masked in attributes, bodies and what is nested in them', () => {
    for (const [index, { text, personal, rule }] of personalCases.entries()) {
      const masked = text.replace(personal, `[redacted:${rule}]`);
      expect(found.get(`case_${index}`)).toMatchObject({
        attributes: { text: masked, nested: { input: { list: [masked] } } },
        body: masked,
      });
      expect(found.get(`span_${index}`)).toMatchObject({ attributes: { text: masked, nested: [{ deep: masked }] } });
    }
  });

  it('leaves everything else as it was', () => {
    for (const [index, text] of harmless.entries()) {
      const n = personalCases.length + index;
      expect(found.get(`case_${n}`)).toMatchObject({ attributes: { n, text }, body: text });
    }
  });

  it('is masked also where addresses stand side by side', () => {
    const masked = '[redacted:email];[redacted:email];[redacted:email]';
    expect(found.get(`case_${texts.length - 1}`)).toMatchObject({ attributes: { text: masked }, body: masked });
  });
});
