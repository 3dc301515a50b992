import type { ArchiveConfig } from '../../config.ts';
import { createFolderStorage } from './folder-storage.ts';
import { createS3Storage } from './s3-storage.ts';
import type { ArchiveStorage } from './storage.ts';

export function storageOf(config: ArchiveConfig): ArchiveStorage {
  return 'folder' in config ? createFolderStorage(config.folder) : createS3Storage(config);
}
