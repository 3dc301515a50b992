import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHook, redactSecrets, searchTextOf } from '../packages/core/dist/index.js';

const core = join(import.meta.dirname, '../packages/core');

/** What redaction and the search text cost per hook payload, beside JSON.parse of the same payloads in the same run. */
export async function redaction({ quick, print }) {
  const texts = payloads();
  const sizes = texts.map((text) => text.length).sort((a, b) => a - b);
  const context = { id: 'a', receivedAt: '2026-01-01T00:00:00.000Z' };
  const events = texts.map((text) => parseHook(JSON.parse(text), context));
  const withSecret = texts.map((text) => text.replace('"cwd":"', '"cwd":"DB_PASSWORD=hunter2 '));
  const rounds = quick ? 10 : 50;
  const parseUs = microsecondsPer(texts, JSON.parse, rounds);
  print(`  ${texts.length} payloads, median ${sizes[sizes.length >> 1]} bytes`);
  const row = (what, us) => ({
    ...{ what: `${what} ÷ JSON.parse`, value: (us / parseUs).toFixed(2), goal: '' },
    detail: `${us.toFixed(2)} µs ÷ ${parseUs.toFixed(2)} µs`,
  });
  return [
    row('redaction of a hook payload', microsecondsPer(texts, redactSecrets, rounds)),
    row('redaction of one with a secret', microsecondsPer(withSecret, redactSecrets, rounds)),
    row('search text of an event', microsecondsPer(events, searchTextOf, rounds)),
  ];
}

/** As the service gets them: flat strings made from bytes. Recordings are shortened; with output they are of real size. */
function payloads() {
  const folder = join(core, 'fixtures/hooks');
  const output = readFileSync(join(core, 'src/wire.ts'), 'utf8');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
    .map((line, index) => ({
      ...JSON.parse(line).input,
      ...{ tool_response: { stdout: output.slice(index, index + 700) } },
    }))
    .map((input) => Buffer.from(JSON.stringify(input)).toString());
}

/** Best of several repeats: the machine is not ours alone. */
function microsecondsPer(items, work, rounds) {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < 9; repeat += 1) {
    const startedAt = performance.now();
    for (let round = 0; round < rounds; round += 1) for (const item of items) work(item);
    best = Math.min(best, performance.now() - startedAt);
  }
  return (best * 1000) / rounds / items.length;
}
