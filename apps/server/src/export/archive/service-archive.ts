import { join } from 'node:path';
import type { Complaints } from '../../complaints.ts';
import type { Config } from '../../config.ts';
import type { Store } from '../../store/store.ts';
import { type Archive, createArchive } from './archive.ts';
import { createArchived } from './archived.ts';
import { type ArchivePlace, createArchivePlace } from './place.ts';
import { storageOf } from './storages.ts';

export interface ServiceArchiveDeps {
  store: Store;
  now: () => number;
  config: Pick<Config, 'archive' | 'home' | 'redactPii' | 'environment'>;
  version: string;
  complaints: Complaints;
}

/** The archive as the service has it; none where no place was named. */
export function createServiceArchive(deps: ServiceArchiveDeps): (Archive & Pick<ArchivePlace, 'open'>) | undefined {
  const { config, store, now, version, complaints } = deps;
  const { archive, home, redactPii: isMasked, environment } = config;
  if (!archive) return undefined;
  const storage = storageOf(archive);
  const archived = createArchived(join(home, 'archived.ndjson'), storage.name);
  const place = createArchivePlace({ storage, complaints, wasUsed: archived.wasUsed });
  const sessions = createArchive({
    ...{ store, storage, archived, now },
    documentOf(id) {
      const facts = { version, isMasked, environment, exportedAt: new Date(now()).toISOString() };
      return store.archived(id, { facts, thinking: archive.thinking });
    },
    onProblem: (problem) => complaints.raise('archive', problem),
    onWorking: () => complaints.settle('archive'),
  });
  return {
    ...sessions,
    open: place.open,
    async stop() {
      place.close();
      await sessions.stop();
    },
  };
}
