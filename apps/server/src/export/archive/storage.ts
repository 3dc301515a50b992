/** Where documents are put; anything with a `put` will do. */
export interface ArchiveStorage {
  /** What it is, in words and as the key of what was put there: `s3://bucket/prefix`. */
  name: string;
  /** Prepended to every key. */
  prefix: string;
  /** Rejects where nothing can be put now. A place in the network is not asked before there is something to put. */
  check?(): Promise<void>;
  /** Resolves when it is kept there; writing the same key again replaces it. What takes long gives up by the signal. */
  put(key: string, body: string, signal: AbortSignal): Promise<void>;
}
