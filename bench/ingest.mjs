import { median, runJob, startServer } from './processes.mjs';

/** What of the service's speed is left beside the fastest server that could store the same bodies. */
export async function ingest({ rounds, ms, print }) {
  const many = await ratios({
    rounds,
    ms,
    print,
    connections: [8, 64],
    servers: ['bare-http', 'bare-hono', 'storage-limit', 'telltale'],
  });
  const one = await ratios({ rounds, ms, print, connections: [1], servers: ['fsync-append', 'telltale'] });
  return [
    ...[8, 64].flatMap((connections) => {
      const of = (server) => many(server, connections);
      return [
        row(
          `ingest, ${connections} connections ÷ storage limit`,
          of('telltale') / of('storage-limit'),
          '≥ 0.8',
          of('telltale'),
        ),
        row(`ingest, ${connections} connections ÷ bare Hono`, of('telltale') / of('bare-hono'), '', of('bare-hono')),
        row(
          `ingest, ${connections} connections ÷ bare node:http`,
          of('telltale') / of('bare-http'),
          '',
          of('bare-http'),
        ),
      ];
    }),
    row(
      'ingest, 1 connection ÷ node:http with fsync per request',
      one('telltale', 1) / one('fsync-append', 1),
      '≥ 0.6',
      one('telltale', 1),
    ),
  ];
}

function row(what, ratio, goal, perSecond) {
  const limit = Number(goal.replace('≥ ', ''));
  return {
    what,
    value: ratio.toFixed(2),
    goal,
    met: goal === '' ? undefined : ratio >= limit,
    detail: `${Math.round(perSecond)}/s`,
  };
}

/** Interleaved: each round asks every server once, and ratios are of medians over the rounds. */
async function ratios({ rounds, ms, print, connections, servers }) {
  const results = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const count of connections) {
      for (const name of servers) {
        const server = await startServer(name);
        try {
          const job = { port: server.port, path: '/ingest/hook', connections: count, warmUpMs: 1500, ms, sessions: 64 };
          const result = await runJob('load', job);
          if (result.failed > 0) throw new Error(`${name} refused ${result.failed} requests`);
          const key = `${name} ${count}`;
          results.set(key, [...(results.get(key) ?? []), result.perSecond]);
          print(
            `  round ${round + 1}: ${name}, ${count} connections: ${Math.round(result.perSecond)}/s, p99 ${result.p99.toFixed(1)} ms`,
          );
        } finally {
          await server.stop();
        }
      }
    }
  }
  return (name, count) => median(results.get(`${name} ${count}`) ?? []);
}
