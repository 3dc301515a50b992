import type { ArchiveConfig } from '../../config.ts';
import { createFolderStorage } from './folder-storage.ts';
import { createS3Storage } from './s3-storage.ts';

/** Where documents are put; anything with a `put` will do. */
export interface ArchiveStorage {
  /** What it is, in words and as the key of what was put there: `s3://bucket/prefix`. */
  name: string;
  /** Prepended to every key. */
  prefix: string;
  /** Resolves when it is kept there; writing the same key again replaces it. What takes long gives up by the signal. */
  put(key: string, body: string, signal: AbortSignal): Promise<void>;
}

export function storageOf(config: ArchiveConfig): ArchiveStorage {
  return 'folder' in config ? createFolderStorage(config.folder) : createS3Storage(config);
}
