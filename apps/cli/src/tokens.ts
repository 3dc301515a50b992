import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type CreatedToken,
  createdTokenSchema,
  type NewToken,
  type Token,
  tokenListSchema,
} from '@telltale/core/access-view';
import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import { Problem } from './problem.ts';
import type { Service } from './service.ts';

/** The tokens of a service: asked of it while it runs, else read and written where it keeps them. */
export interface Tokens {
  /** Said beside what was done: that no service runs. */
  isOffline: boolean;
  list(): Promise<Token[]>;
  create(asked: NewToken): Promise<CreatedToken>;
  revoke(id: string): Promise<boolean>;
  close(): Promise<void>;
}

/** `apps/server/src/access/offline.ts`, as far as it is used here: only a clone has it. */
interface Offline {
  openTokens(home: string): {
    list(): Token[];
    create(asked: NewToken): Promise<CreatedToken | { refused: string }>;
    revoke(id: string): Promise<Token | undefined>;
    close(): Promise<void>;
  };
}

export async function tokensOf(service: Service): Promise<Tokens> {
  let status: number;
  try {
    status = (await service.ask('/api/access/tokens')).status;
  } catch (error) {
    if (error instanceof Problem) return offline(error);
    throw error;
  }
  if (status === 401 || status === 403) throw new Problem(adminOnly(service.url, service.token));
  return running(service);
}

/** Whoever has lost the last one is not shut out: the database is on this machine. */
function adminOnly(url: string, token: string | undefined): string {
  const why = token ? 'the one it was asked with is none, or is revoked or expired' : 'set TELLTALE_TOKEN';
  return `${url} has its tokens managed with a token of scope admin (${why}). Without one, stop the service and run this again on its machine: it then uses the database.`;
}

function running({ get, post, delete: remove }: Service): Tokens {
  return {
    isOffline: false,
    list: async () => (await get('/api/access/tokens', tokenListSchema)).tokens,
    create: (asked) => post('/api/access/tokens', asked, createdTokenSchema),
    revoke: (id) => remove(`/api/access/tokens/${encodeURIComponent(id)}`),
    close: async () => {},
  };
}

async function offline(noService: Problem): Promise<Tokens> {
  const file = offlineFile(dirname(fileURLToPath(import.meta.url)));
  if (!file) throw noService;
  const { openTokens } = (await import(pathToFileURL(file).href)) as Offline;
  const tokens = openTokens(telltaleHome());
  return {
    isOffline: true,
    list: async () => tokens.list(),
    async create(asked) {
      const made = await tokens.create(asked);
      if ('refused' in made) throw new Problem(`${made.refused}.`);
      return made;
    },
    revoke: async (id) => (await tokens.revoke(id)) !== undefined,
    close: tokens.close,
  };
}

/** The built service of the clone that this command is part of. */
function offlineFile(from: string): string | undefined {
  const file = join(from, 'apps/server/dist/bundle/offline.js');
  if (existsSync(file)) return file;
  return dirname(from) === from ? undefined : offlineFile(dirname(from));
}
