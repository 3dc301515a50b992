import { createAlerting } from '../alerts/alerting.ts';
import { createAttentionFile } from '../attention/attention-file.ts';
import { messageOf } from '../complaints.ts';
import { createServiceArchive } from '../export/archive/service-archive.ts';
import { createHub } from '../live/hub.ts';
import { type Foundation, memoOf } from './foundation.ts';
import { createLocalFiles } from './local-files.ts';
import { createTaking } from './taking.ts';

/** Everything that stands on the store and has no port of its own. */
export function createParts(foundation: Foundation) {
  const { config, store, news, complaints, now, version } = foundation;
  const hub = createHub({
    ...{ store, version, now, timeZone: config.timeZone },
    onProblem: (error) => complaints.raise('live', messageOf(error)),
  });
  news.onChanged(hub.touch);
  const archive = createServiceArchive({ store, now, version, config, complaints });
  if (archive) news.onChanged(archive.touch);
  const attention = createAttentionFile({
    ...{ store, now, home: config.home },
    onProblem: (error) => complaints.raise('attention', messageOf(error)),
  });
  news.onChanged(attention.touch);
  const taking = createTaking(foundation);
  const files = createLocalFiles(foundation, taking);
  const alerting = createAlerting({
    ...{ ...config, store, ingest: taking.ingest, now, complaints, memo: memoOf(store, 'alerts') },
    ...{ targets: config.alertTargets, folder: config.home },
  });
  news.onStored(alerting.hear);
  news.onStored((events) => {
    if (events.length > 0) hub.publish(events);
  });

  return {
    ...{ hub, taking, files, alerting },
    /** Throws where something that was named cannot be. */
    open: async () => archive?.open(),
    start() {
      files.start();
      alerting.start();
      attention.start();
      archive?.start();
    },
    async stop() {
      attention.stop();
      await alerting.stop();
      await Promise.all([files.stop(), archive?.stop()]);
    },
  };
}
