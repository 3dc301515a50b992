import { runJob, startServer } from './processes.mjs';

/** How long an event takes from its sender to 50 viewers, at 2,000 events a second. */
export async function live({ ms, print }) {
  const server = await startServer('telltale');
  try {
    const viewers = runJob('load-viewers', { port: server.port, viewers: 50, ms: ms + 4000 });
    const job = {
      port: server.port,
      path: '/ingest/hook',
      connections: 16,
      warmUpMs: 1500,
      ms,
      sessions: 32,
      perSecond: 2000,
    };
    const sent = await runJob('load', job);
    const seen = await viewers;
    const { rss, maxRss } = await server.ask('rss');
    print(
      `  ${sent.sent} events sent, ${seen.fewest} to ${seen.most} seen per viewer, memory ${(rss / 1e6).toFixed(0)} MB`,
    );
    const isWhole = seen.fewest === sent.sent && seen.most === sent.sent && seen.doubled === 0;
    return [
      {
        what: 'live, 50 viewers at 2,000 events/s',
        value: `${seen.p99.toFixed(1)} ms p99`,
        goal: '≤ 100 ms, all delivered',
        met: seen.p99 <= 100 && isWhole && sent.perSecond > 1900,
        detail: `${Math.round(sent.perSecond)}/s, p50 ${seen.p50.toFixed(1)} ms, ${isWhole ? 'all delivered once' : `delivered ${seen.fewest}–${seen.most} of ${sent.sent}`}`,
      },
      {
        what: 'peak memory of the service meanwhile',
        value: `${(maxRss / 1e6).toFixed(0)} MB`,
        goal: '≤ 120 MB',
        met: maxRss <= 120e6,
        detail: '',
      },
    ];
  } finally {
    await server.stop();
  }
}
