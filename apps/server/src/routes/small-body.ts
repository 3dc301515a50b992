import type { Context } from 'hono';

/** What is asked here is small; what is large is taken in by `intake/`. */
const maxBytes = 64 * 1024;

/**
 * The JSON of a request's body, an empty object where there is no body, and undefined where it is no JSON, which no schema
 * takes; nothing for a body that is too large to be read.
 */
export async function readSmallJson({ req }: Context): Promise<{ json: unknown } | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of req.raw.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return { json: {} }; // nothing was asked beside the address
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { json: undefined };
  }
}
