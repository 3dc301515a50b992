import { randomUUID } from 'node:crypto';
import { createIngest } from '../apps/server/dist/ingest.js';
import { createSqliteStore } from '../apps/server/dist/store/sqlite-store.js';
import { createPayloads } from './payloads.mjs';

export async function openStore(file, options = {}) {
  return createSqliteStore({
    file,
    compresses: false,
    onProblem: (problem, error) => console.error(problem, error),
    ...options,
  });
}

/** Time between two events, so that ranges of time have a meaning. */
export const gapMs = 100;

/** Appends through the real ingest, hundreds per transaction; the newest event is of now, unless told otherwise. */
export async function append(
  store,
  events,
  { sessions = 64, eventsPerSession = 400, startMs = Date.now() - events * gapMs } = {},
) {
  const ingest = createIngest({ store, publish() {} });
  const sizes = [];
  let bytes = 0;
  let payloads;
  for (let done = 0; done < events; ) {
    const crowd = [];
    for (; crowd.length < 500 && done < events; done += 1) {
      // After their share of events the sessions are others.
      if (done % (sessions * eventsPerSession) === 0)
        payloads = createPayloads({ sessions, seed: Math.floor(Math.random() * 2 ** 31) });
      const body = Buffer.from(JSON.stringify(payloads.next(done)));
      bytes += body.length;
      if (sizes.length < 50_000) sizes.push(body.length);
      const at = new Date(startMs + done * gapMs).toISOString();
      crowd.push(
        ingest.hook(body, {
          id: randomUUID(),
          at,
          app: ['shop', 'api', 'web', 'docs'][done % 4],
          origin: { install: 'project', pid: 4242, host: 'devbox', user: 'ada' },
          receivedAt: at,
        }),
      );
    }
    await Promise.all(crowd);
  }
  sizes.sort((a, b) => a - b);
  return { medianBytes: sizes[sizes.length >> 1], meanBytes: bytes / events };
}
