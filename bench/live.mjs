import { runJob, startServer } from './processes.mjs';

/** The service's code is compiled, and the load generator is ready, before anything is measured. */
const warmUpMs = 6000;
const settleMs = 3000;

/** How long an event takes from its sender to 50 viewers, at 2,000 events a second. */
export async function live({ ms, print }) {
  const server = await startServer('telltale');
  try {
    const measureAt = Date.now() + warmUpMs;
    const until = measureAt + ms + settleMs;
    const viewers = runJob('load-viewers', { port: server.port, viewers: 50, measureAt, until });
    const job = {
      port: server.port,
      path: '/ingest/hook',
      connections: 32,
      measureAt,
      ms,
      sessions: 32,
      perSecond: 2000,
    };
    const sent = await runJob('load', job);
    const used = await server.ask('usage');
    const seen = await viewers;
    print(
      `  ${sent.sent} events sent, ${seen.fewest} to ${seen.most} seen per viewer, ${seen.decoded} frames read, peak memory ${(used.maxRss / 1e6).toFixed(0)} MB`,
    );
    const isWhole = seen.fewest === sent.sent && seen.most === sent.sent && seen.doubled === 0;
    const rate = `${Math.round(sent.perSecond)}/s`;
    return [
      {
        what: 'live, 50 viewers at 2,000 events/s',
        value: `${seen.p99.toFixed(0)} ms p99`,
        goal: '≤ 100 ms, all delivered',
        met: seen.p99 <= 100 && isWhole && sent.perSecond > 1900,
        detail: `${rate}, p50 ${seen.p50.toFixed(0)} ms, ${isWhole ? 'all delivered once' : `delivered ${seen.fewest}–${seen.most} of ${sent.sent}`}`,
      },
      {
        what: 'peak memory of the service meanwhile',
        value: `${(used.maxRss / 1e6).toFixed(0)} MB`,
        goal: '≤ 120 MB',
        met: used.maxRss <= 120e6,
        detail: rate,
      },
    ];
  } finally {
    await server.stop();
  }
}
