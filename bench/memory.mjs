import { runJob, startServer } from './processes.mjs';

/** The most memory that the service ever held: at rest, at a busy pace for a while and then as fast as 64 senders can. */
export async function memory({ ms, print }) {
  const server = await startServer('telltale');
  try {
    const atRest = await server.ask('usage');
    const job = { port: server.port, path: '/ingest/hook', warmUpMs: 500, sessions: 64 };
    const pace = await runJob('load', { ...job, connections: 16, ms: ms * 2, perSecond: 1000, seed: 2 });
    const paced = await server.ask('usage');
    const burst = await runJob('load', { ...job, connections: 64, ms, seed: 3 });
    const burstRss = await server.ask('usage');
    const waiting = await settled(server.port);
    const afterwards = await server.ask('usage');
    print(`  ${pace.sent} events at a pace, ${burst.sent} in a burst; ${waiting} wait for the index still`);
    return [
      row('memory at rest', atRest.maxRss, 'started, no event yet'),
      row('peak memory at 1,000 events/s', paced.maxRss, `${Math.round(pace.perSecond)}/s`),
      row('peak memory in a burst of 64 connections', burstRss.maxRss, `${Math.round(burst.perSecond)}/s`),
      row(
        'peak memory until the burst is settled and found by the search',
        afterwards.maxRss,
        `${pace.sent + burst.sent} events${waiting > 0 ? `, ${waiting} still wait` : ''}`,
      ),
    ];
  } finally {
    await server.stop();
  }
}

/** How many events are not found by the search yet, once all are or a minute is over. */
async function settled(port) {
  const until = Date.now() + 60_000;
  for (;;) {
    const { index } = await (await fetch(`http://127.0.0.1:${port}/api/search?q=nothing`)).json();
    if (index.waiting === 0 || Date.now() > until) return index.waiting;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function row(what, bytes, detail) {
  return { what, value: `${Math.round(bytes / 1e6)} MB`, goal: '≤ 120 MB', met: bytes <= 120e6, detail };
}
