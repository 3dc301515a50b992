import type { AuditAction, AuditPage } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { AccessRows, AuditQuery, NewAuditEntry } from '../store/access-rows.ts';
import { networkOf } from './address.ts';
import type { Visitor } from './visitor.ts';

/** What somebody did. Never what was written, read or searched: the log must be harmless to keep. */
export interface Deed {
  visitor: Visitor;
  action: AuditAction;
  sessionId?: string | undefined;
  /** The route, the format of an export, the name of a token. */
  detail?: string | undefined;
}

export interface AuditDeps {
  rows: Pick<AccessRows, 'addAudit' | 'audit' | 'pruneAudit'>;
  now: () => number;
  /** Entries older than this go. */
  days: number;
  onProblem: (error: unknown) => void;
}

/** What a page does again and again is one entry in so long; deeds are an entry each. */
const quietMs = 10 * 60_000;
const repeated: ReadonlySet<AuditAction> = new Set(['looked', 'watched', 'searched', 'refused']);
const maxRemembered = 10_000;
/** Whoever has no token cannot push the others out of the log: so many entries of strangers an hour. */
const strangersPerHour = 200;
const flushMs = 500;
const maxWaiting = 10_000;
const maxEntries = 200_000;
const pruneMs = 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** Who looked at what. Entries are written behind the answers, a moment later and together. */
export function createAudit({ rows, now, days, onProblem }: AuditDeps) {
  /** When each thing that repeats was noted last. */
  const noted = new Map<string, number>();
  let strangers = { hour: 0, count: 0 };
  let waiting: NewAuditEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const prune = () => rows.pruneAudit(now() - days * dayMs, maxEntries).catch(onProblem);
  const pruneTimer = setInterval(() => void prune(), pruneMs).unref();

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const entries = waiting;
    waiting = [];
    if (entries.length > 0) {
      writing = writing
        .then(() => rows.addAudit(entries))
        .catch((error: unknown) => {
          // A full disk: they wait for room, the oldest go where it takes too long.
          waiting = [...entries, ...waiting].slice(-maxWaiting);
          onProblem(error);
        });
    }
    return writing;
  }

  function isNews({ visitor, action, sessionId, detail }: Deed, at: number): boolean {
    if (!repeated.has(action)) return true;
    const who = visitor.tokenId ?? `${visitor.name} ${networkOf(visitor.address)}`;
    const key = JSON.stringify([who, action, sessionId, detail]);
    const before = noted.get(key);
    if (before !== undefined && at - before < quietMs) return false;
    noted.delete(key);
    noted.set(key, at);
    if (noted.size > maxRemembered) for (const oldest of noted.keys()) if (noted.delete(oldest)) break;
    return true;
  }

  function isRoomFor({ visitor }: Deed, at: number): boolean {
    if (visitor.scope !== undefined) return true;
    const hour = Math.floor(at / pruneMs);
    if (strangers.hour !== hour) strangers = { hour, count: 0 };
    strangers.count++;
    return strangers.count <= strangersPerHour;
  }

  return {
    note(deed: Deed): void {
      const at = now();
      if (!isNews(deed, at) || !isRoomFor(deed, at)) return;
      const { visitor, action, sessionId, detail } = deed;
      waiting.push({
        ...{ at, action, who: visitor.name, address: visitor.address },
        ...present({ tokenId: visitor.tokenId, sessionId: sessionId?.slice(0, 200), detail: detail?.slice(0, 200) }),
      });
      timer ??= setTimeout(() => void flush(), flushMs).unref();
    },

    /** With what was noted until now. */
    async page(query: AuditQuery): Promise<AuditPage> {
      await flush();
      const { items, next } = rows.audit(query);
      return { entries: items, next };
    },

    prune,

    async stop(): Promise<void> {
      clearInterval(pruneTimer);
      await flush();
    },
  };
}

export type Audit = ReturnType<typeof createAudit>;
