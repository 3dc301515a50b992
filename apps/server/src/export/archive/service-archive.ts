import { join } from 'node:path';
import { amsSession } from '@telltale/core/export';
import type { Complaints } from '../../complaints.ts';
import type { Config } from '../../config.ts';
import type { Store } from '../../store/store.ts';
import { createSessionReader, type ExportStore } from '../read.ts';
import { type Archive, createArchive } from './archive.ts';
import { createArchived } from './archived.ts';
import { storageOf } from './storage.ts';

export interface ServiceArchiveDeps extends ExportStore {
  store: Store;
  config: Pick<Config, 'archive' | 'home' | 'redactPii' | 'environment'>;
  version: string;
  complaints: Complaints;
}

/** The archive as the service has it; none where no place was named. */
export function createServiceArchive(deps: ServiceArchiveDeps): Archive | undefined {
  const { config, store, now, version, complaints } = deps;
  const { archive, home, redactPii: isMasked, environment } = config;
  if (!archive) return undefined;
  const storage = storageOf(archive);
  return createArchive({
    ...{ store, storage, now },
    archived: createArchived(join(home, 'archived.ndjson'), storage.name),
    async documentOf(id) {
      const sources = await createSessionReader(deps, id, isMasked).sources();
      const facts = { version, isMasked, environment, exportedAt: new Date(now()).toISOString() };
      return sources && amsSession(sources, facts, { thinking: archive.thinking });
    },
    onProblem: (problem) => complaints.raise('archive', problem),
    onWorking: () => complaints.settle('archive'),
  });
}
