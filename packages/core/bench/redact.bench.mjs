// What redaction and the search text cost per hook payload, beside JSON.parse of the same payloads in the same run.
// node --conditions telltale-source --import tsx packages/core/bench/redact.bench.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { parseHook, redactSecrets, searchTextOf } from '@telltale/core';

const folder = new URL('../fixtures/hooks/', import.meta.url);
const inputs = readdirSync(folder)
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line).input);
// As the service gets them: flat strings made from bytes.
const captured = inputs.map((input) => Buffer.from(JSON.stringify(input)).toString());
// Captures are shortened; with this much output the median is the 1.25 kB of real payloads.
const output = readFileSync(new URL('../src/wire.ts', import.meta.url), 'utf8');
const lengthened = inputs.map((input, index) =>
  Buffer.from(JSON.stringify({ ...input, tool_response: { stdout: output.slice(index, index + 700) } })).toString(),
);

const results = [];
for (const [payloads, texts] of Object.entries({ captured, lengthened })) {
  const events = texts.map((text) => parseHook(JSON.parse(text), { id: 'a', receivedAt: '2026-01-01T00:00:00.000Z' }));
  const secret = texts.map((text) => text.replace('"cwd":"', '"cwd":"DB_PASSWORD=hunter2 '));
  const parse = microsecondsPer(texts, JSON.parse);
  const row = {
    payloads: `${payloads} (${texts.length})`,
    medianBytes: texts.map((text) => text.length).sort((a, b) => a - b)[texts.length >> 1],
    'JSON.parse µs': parse,
    'redact µs': microsecondsPer(texts, redactSecrets),
    'redact, one secret each µs': microsecondsPer(secret, redactSecrets),
    'search text µs': microsecondsPer(events, searchTextOf),
  };
  results.push({ ...row, 'redact ÷ parse': row['redact µs'] / parse });
}
console.table(
  results.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toFixed(2)) : value]),
    ),
  ),
);

/** Best of several rounds: the machine is not ours alone. */
function microsecondsPer(items, work) {
  const rounds = 50;
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 9; repeat++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) for (const item of items) work(item);
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1000) / rounds / items.length;
}
