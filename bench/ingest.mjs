import { median } from './percentiles.mjs';
import { runJob, startServer } from './processes.mjs';

/** What of the service's speed is left beside the fastest server that could store the same bodies. */
export async function ingest({ rounds, ms, print }) {
  const many = await compare({
    ...{ rounds, ms, print, connections: [8, 64], warmUpEvents: 20_000 },
    servers: ['bare-http', 'bare-hono', 'storage-limit', 'storage-once', 'telltale'],
  });
  const one = await compare({
    ...{ rounds, ms, print, connections: [1], warmUpEvents: 5000 },
    servers: ['fsync-append', 'telltale'],
  });
  return [
    ...[8, 64].flatMap((connections) =>
      [
        ['storage limit', 'storage-limit', '≥ 0.8'],
        ['storage limit that stores each id once', 'storage-once', '≥ 0.8'],
        ['bare Hono', 'bare-hono', ''],
        ['bare node:http', 'bare-http', ''],
      ].map(([words, server, goal]) =>
        row(
          `ingest, ${connections} connections ÷ ${words}`,
          goal,
          many('telltale', connections),
          many(server, connections),
        ),
      ),
    ),
    row('ingest, 1 connection ÷ node:http with fsync per request', '≥ 0.6', one('telltale', 1), one('fsync-append', 1)),
  ];
}

function row(what, goal, telltale, other) {
  const ratio = telltale.perSecond / other.perSecond;
  return {
    what,
    value: ratio.toFixed(2),
    goal,
    met: goal === '' ? undefined : ratio >= Number(goal.replace('≥ ', '')),
    detail: `${words(telltale)} ÷ ${words(other)}`,
  };
}

const words = ({ perSecond, cpuUs }) => `${Math.round(perSecond)}/s, ${cpuUs.toFixed(0)} µs`;

/**
 * Each round asks every server once, in turns; ratios are of medians over the rounds. Every server is warmed up by the
 * same number of events: a compiler that still works takes a tenth of the time of a server with much code.
 */
async function compare({ rounds, ms, print, connections, servers, warmUpEvents }) {
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const count of connections) {
      for (const name of round % 2 === 0 ? servers : [...servers].reverse()) {
        const result = await measure(name, { connections: count, ms, warmUpEvents });
        const key = `${name} ${count}`;
        results.set(key, [...(results.get(key) ?? []), result]);
        print(`  round ${round + 1}: ${name}, ${count} connections: ${words(result)}, p99 ${result.p99.toFixed(1)} ms`);
      }
    }
  }
  return (name, count) => {
    const of = results.get(`${name} ${count}`) ?? [];
    return {
      perSecond: median(of.map(({ perSecond }) => perSecond)),
      cpuUs: median(of.map(({ cpuUs }) => cpuUs)),
    };
  };
}

/** Events per second, and what one took of the processor: of the whole process, in kernel and out of it. */
async function measure(name, { connections, ms, warmUpEvents }) {
  const server = await startServer(name);
  try {
    const job = { port: server.port, path: '/ingest/hook', connections, sessions: 64 };
    await runJob('load', { ...job, warmUpEvents, ms: 0, seed: 2 });
    const before = await server.ask('usage');
    const result = await runJob('load', { ...job, ms });
    const after = await server.ask('usage');
    if (result.failed > 0) throw new Error(`${name} refused ${result.failed} requests`);
    return { ...result, cpuUs: (after.cpuUs - before.cpuUs) / result.sent };
  } finally {
    await server.stop();
  }
}
