import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, percentiles } from './percentiles.mjs';
import { startServer } from './processes.mjs';

const recording = join(import.meta.dirname, '../packages/core/fixtures/otlp/multi-turn-logs.ndjson');
/** A client that exits has two seconds for three signals: see docs/telemetry.md. */
const goalMs = 500;

/** What a log record costs the service beside a hook, and how long a client waits for the answer to an export. */
export async function telemetry({ rounds, ms, print }) {
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const result = await measure(ms);
    results.push(result);
    print(`  round ${round + 1}: ${result.perRecordUs.toFixed(0)} µs each, hook ${result.perHookUs.toFixed(0)} µs`);
  }
  const of = (key) => median(results.map((result) => result[key]));
  return [
    {
      what: 'OTLP, processor time of a log record ÷ of a hook',
      value: (of('perRecordUs') / of('perHookUs')).toFixed(2),
      goal: '',
      detail: `${of('perRecordUs').toFixed(0)} µs ÷ ${of('perHookUs').toFixed(0)} µs`,
    },
    {
      what: 'OTLP, answer to an export of logs, p99',
      value: `${of('p99').toFixed(1)} ms`,
      goal: `≤ ${goalMs} ms`,
      met: of('p99') <= goalMs,
      detail: `${of('perExport').toFixed(0)} records each, as the client sends them`,
    },
  ];
}

/** One sender, in turns: exports of logs, then as many hooks as there were records. */
async function measure(ms) {
  const bodies = readFileSync(recording, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.stringify(JSON.parse(line).body));
  const server = await startServer('telltale');
  const url = `http://127.0.0.1:${server.port}`;
  try {
    let run = 0;
    const latencies = [];
    const exportAll = async () => {
      run += 1;
      let records = 0;
      for (const body of bodies) {
        // Another session each time: new records, not known ones.
        const text = body.replaceAll(/([0-9a-f]{8})-([0-9a-f]{4})-4/g, `${String(run).padStart(8, '0')}-$2-4`);
        const startedAt = performance.now();
        await post(`${url}/v1/logs`, text);
        latencies.push(performance.now() - startedAt);
        records += text.split('"timeUnixNano"').length - 1;
      }
      return records;
    };
    const cost = async (work) => {
      const before = await server.ask('usage');
      const count = await work();
      const after = await server.ask('usage');
      return (after.cpuUs - before.cpuUs) / count;
    };
    await during(ms / 2, exportAll); // warm
    latencies.length = 0;
    const perRecordUs = await cost(() => during(ms, exportAll));
    const perExport = (await exportAll()) / bodies.length;
    const hook = (n) => ({
      session_id: `s-${n % 64}`,
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_use_id: `t-${n}`,
    });
    let n = 0;
    const fire = async () => {
      n += 1;
      await post(`${url}/ingest/hook`, JSON.stringify({ ...hook(n), tool_input: { command: 'x'.repeat(700) } }));
      return 1;
    };
    await during(ms / 2, fire);
    const perHookUs = await cost(() => during(ms, fire));
    return { perRecordUs, perHookUs, perExport, ...percentiles(latencies.sort((a, b) => a - b)) };
  } finally {
    await server.stop();
  }
}

async function during(ms, work) {
  let count = 0;
  for (const until = performance.now() + ms; performance.now() < until; ) count += await work();
  return count;
}

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
