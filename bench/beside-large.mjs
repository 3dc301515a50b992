import { runJob, startServer } from './processes.mjs';

/** What a small event waits while transcripts of 4 MB are sent all the time; before that, what it waits alone. */
export async function besideLarge({ ms, print }) {
  const server = await startServer('telltale');
  try {
    const job = { port: server.port, path: '/ingest/hook', connections: 4, ms, sessions: 4, perSecond: 200 };
    const alone = await runJob('load', { ...job, warmUpEvents: 500, seed: 2 });
    const large = runJob('load-transcripts', { port: server.port, ms: ms + 2500, megabytes: 4 });
    const small = await runJob('load', { ...job, warmUpMs: 2000 });
    const { megabytes, files } = await large;
    print(`  ${small.count} small events beside ${files} transcripts, ${megabytes.toFixed(0)} MB`);
    if (small.failed > 0) throw new Error(`${small.failed} small events were refused`);
    return [
      {
        what: 'small events beside 4 MB transcripts',
        value: `${small.p99.toFixed(1)} ms p99`,
        goal: '≤ 20 ms',
        met: small.p99 <= 20,
        detail: `p50 ${small.p50.toFixed(1)} ms, ${(megabytes / ((ms + 2500) / 1000)).toFixed(1)} MB/s of transcripts; without them ${alone.p99.toFixed(1)} ms p99`,
      },
    ];
  } finally {
    await server.stop();
  }
}
