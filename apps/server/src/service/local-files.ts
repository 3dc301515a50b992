import { join } from 'node:path';
import { messageOf } from '../complaints.ts';
import type { Config } from '../config.ts';
import { createArchiveWatch } from '../history/archive-watch.ts';
import { createCalm } from '../history/calm.ts';
import { createDiscovery } from '../history/discovery.ts';
import { takeSession, transcriptDoor } from '../history/door.ts';
import { createHistoryImport } from '../history/import.ts';
import { deliverTo } from '../spool/deliver.ts';
import { createSpool } from '../spool/spool.ts';
import { type Foundation, memoOf } from './foundation.ts';
import type { Taking } from './taking.ts';

/** What reads files of this machine: the hooks' spool, and Claude Code's own transcripts. */
export function createLocalFiles(
  { config, store, news, complaints, now }: Foundation,
  { ingest, storing }: Pick<Taking, 'ingest' | 'storing'>,
) {
  const { claudeFolder } = config;
  const door = transcriptDoor(ingest, store);
  const calm = createCalm({ seq: () => store.seq });
  const history = createHistoryImport({ claudeFolder, door, calm, memo: memoOf(store, 'import'), now });
  const discovery = createDiscovery({ claudeFolder, placesOf: store.transcriptPlaces });
  const watch = createArchiveWatch({
    ...{ discover: discovery.look, memo: memoOf(store, 'archive'), now },
    onProblem: (error) => complaints.raise('archive-watch', messageOf(error)),
  });
  news.onStored(watch.hear);
  const spool = createSpool({
    folder: join(config.home, 'spool'),
    urls: ownUrls(config),
    deliver: deliverTo(ingest, storing, now),
    takeTranscript: (sessionId, path, app) => takeSession({ sessionId, path, app }, door),
    onProblem: (problem) => complaints.raise('spool', problem),
  });

  return {
    ...{ history, discovery, watch, spool },
    start() {
      spool.start();
      history.resume();
      watch.start();
    },
    async stop() {
      watch.stop();
      await Promise.all([spool.stop(), history.stop()]);
    },
  };
}

export type LocalFiles = ReturnType<typeof createLocalFiles>;

/** Hooks name this service by TELLTALE_URL or by its port on this machine. */
function ownUrls({ url, port }: Config): string[] {
  return [url, ...['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${port}`)];
}
