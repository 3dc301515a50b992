import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactSecrets } from '@telltale/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harmlessTexts, secretCases } from '../../packages/core/fixtures/secrets.ts';
import { requiresStack } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { type Found, recordsIn } from './otlp.ts';
import { type LogRecord, logsPayload, type Span, send, tracesPayload, type Value } from './payloads.ts';
import { loglines } from './queries.ts';
import { createReceiver, type Receiver } from './receiver.ts';
import { createStack, type Stack } from './stack.ts';

const at = Date.now() - 60_000;
const texts = [
  ...secretCases.map(({ text }) => text),
  ...harmlessTexts,
  String.raw`{"url":"https:\/\/ada:hunter22@db.example\/shop"}`,
  'the password and the token are elsewhere',
];
// Short ones ("hunter") are also words of other texts, and some are parts of what is harmless where it stands.
const secrets = secretCases
  .map(({ secret }) => secret)
  .filter((secret) => secret.length > 12 && !harmlessTexts.some((text) => text.includes(secret)));

const records = texts.map((text, index): LogRecord => {
  const attributes = { n: index, text, json: JSON.stringify({ command: text }), nested: { input: { list: [text] } } };
  return { name: `case_${index}`, at: at + index, attributes, body: index % 2 ? text : { message: text, n: 1 } };
});
const spans = texts.map((text, index): Span => {
  const ids = { traceId: hex(32, index), spanId: hex(16, index) };
  const attributes = { text, nested: [{ deep: text }] };
  const events = [{ name: 'tool.output', attributes: { output: text } }];
  return { ...ids, name: `span_${index}`, at: at + index, attributes, statusMessage: text, events };
});

describe.skipIf(!(await requiresStack()))('secrets sent by OTLP', () => {
  let stack: Stack;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await createReceiver();
    stack = await createStack({ telltaleUrl: receiver.url, start: ['collector'] }); // nobody takes anything yet
    expect(await send(stack.otlp, 'logs', logsPayload(records))).toBe(200);
    expect(await send(stack.otlp, 'traces', tracesPayload(spans))).toBe(200);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it('are in no queue on disk, while the masks are', () => {
    const queues = queueText(stack);
    expect(secrets.filter((secret) => queues.includes(secret))).toEqual([]);
    for (const { rule } of secretCases) expect(queues).toContain(`[redacted:${rule}]`);
  });

  it('do not reach the event service, and everything else does, as it was', async () => {
    await receiver.start();
    const found = await waitFor(
      'logs and spans',
      () => {
        const all = receiver.accepted.flatMap(({ text }) => recordsIn(text));
        return all.length >= records.length + spans.length && all;
      },
      60_000,
    );
    const byName = new Map(found.map((one) => [one.name, one]));
    expect(byName.size).toBe(records.length + spans.length);
    for (const { name, attributes, body } of records) {
      const masked: Found = {
        name,
        attributes: redactedEach({ 'event.name': name, ...attributes }),
        body: redacted(body ?? ''),
        events: [],
      };
      expect(byName.get(name)).toEqual(masked);
    }
    for (const { name, attributes, statusMessage, events = [] } of spans) {
      const masked: Found = {
        name,
        attributes: redactedEach(attributes),
        status: redacted(statusMessage ?? ''),
        events: events.map((event) => ({ ...event, attributes: redactedEach(event.attributes) })),
      };
      expect(byName.get(name)).toEqual(masked);
    }
  });

  it('do not reach Loki', async () => {
    await stack.parts.loki.start();
    const lines = await waitFor(
      'the lines',
      async () => {
        const found = await loglines(stack.loki, '{service_name="claude-code"}', at - 1_000, Date.now());
        return found.length >= records.length && found;
      },
      60_000,
    );
    expect(lines).toHaveLength(records.length);
    const all = JSON.stringify(lines);
    expect(secrets.filter((secret) => all.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
  });
});

describe.skipIf(!(await requiresStack()))('without the redaction', () => {
  it('the same look finds every secret in the queues', async () => {
    const off = '\n\nprocessors: { transform/redaction: { log_statements: [], trace_statements: [] } }';
    const stack = await createStack({
      start: ['collector'],
      telltaleUrl: 'http://127.0.0.1:9',
      collectorExtras: [off],
    });
    try {
      expect(await send(stack.otlp, 'logs', logsPayload(records))).toBe(200);
      const queues = queueText(stack);
      expect(secrets.filter((secret) => !queues.includes(secret))).toEqual([]);
    } finally {
      await stack.stop();
    }
  });
});

/** What the event service would make of it: of each text by itself, and of what is nested as JSON. */
function redacted<T>(value: T): T {
  if (typeof value === 'string') return redactSecrets(value).text as T;
  return JSON.parse(redactSecrets(JSON.stringify(value)).text) as T;
}

function redactedEach(attributes: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, redacted(value)]));
}

function queueText({ queueFolder }: Stack): string {
  const files = readdirSync(queueFolder);
  return files.map((file) => readFileSync(join(queueFolder, file), 'latin1')).join('\n');
}

function hex(length: number, number: number): string {
  return (number + 1).toString(16).padStart(length, '0');
}
