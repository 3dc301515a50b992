export interface ByteCache<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V, bytes: number): void;
  clear(): void;
}

/** Keeps what was used last, up to a number of bytes; one value larger than that is not kept. */
export function createByteCache<K, V>(maxBytes: number): ByteCache<K, V> {
  const entries = new Map<K, { value: V; bytes: number }>();
  let total = 0;

  function remove(key: K): void {
    const entry = entries.get(key);
    if (!entry) return;
    total -= entry.bytes;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      // A Map keeps the order of insertion: what is used again goes to the end.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      remove(key);
      if (bytes > maxBytes) return;
      entries.set(key, { value, bytes });
      total += bytes;
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break;
        remove(oldest);
      }
    },
    clear() {
      entries.clear();
      total = 0;
    },
  };
}
