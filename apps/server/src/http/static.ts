import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import type { Context } from 'hono';

export interface Pages {
  serve(context: Context): Promise<Response>;
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** After a rebuild the page names new files; a look at the folder finds them, at most this often. */
const relistMs = 1000;
/** Vite names these after their content. */
const hashed = /^\/assets\/.+-[\w-]{8,}\.\w+$/;

/**
 * Serves the files of one folder, and the page for every other address, so that a reload stays where it was.
 * Only what a listing of the folder found is ever opened, so no spelling of a path leads out of it.
 */
export function createPages(folder: string, now: () => number = Date.now): Pages {
  let files: ReadonlySet<string> = new Set();
  let listedAt = Number.NEGATIVE_INFINITY;

  async function has(path: string): Promise<boolean> {
    if (!files.has(path) && now() - listedAt > relistMs) {
      files = await listFiles(folder);
      listedAt = now();
    }
    return files.has(path);
  }

  return {
    async serve(context) {
      const path = context.req.path;
      const found = path !== '/' && (await has(path)) && (await file(context, folder, path));
      if (found) return found;
      // An address of the page has no dot in its last part; a file that is not there is one.
      if (path.startsWith('/assets/') || /\.\w+$/.test(path)) return context.text('not found', 404);
      const page = (await has('/index.html')) && (await file(context, folder, '/index.html'));
      return page || context.text('The page is not built yet: run "npm run build", then reload.', 503);
    },
  };
}

/** Nothing for a file that went after the folder was listed: a build is under way. */
async function file(context: Context, folder: string, path: string): Promise<Response | undefined> {
  const bytes = await readFile(join(folder, path)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const isForever = hashed.test(path);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 20)}"`;
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'cache-control': isForever ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
  };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  return context.body(new Uint8Array(bytes), 200, headers);
}

async function listFiles(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const own = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Set(own.map((name) => name.slice(folder.length).split(sep).join('/')));
  } catch {
    // Not built yet; `serve` says so.
    return new Set();
  }
}
