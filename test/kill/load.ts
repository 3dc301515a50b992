import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a load has fired and got acknowledged, by the number each request carries in its payload. */
export interface Load {
  acknowledged: Set<number>;
  /** Posts that had to be made again. */
  retries(): number;
  /** Stops firing; everything that was begun is still brought home. */
  finish(): Promise<void>;
}

/** One try to post request `n`, after so many that failed; true when it was acknowledged. */
export type Post = (n: number, tries: number) => Promise<boolean>;

/** Senders that do what hooks and collectors do: post until it is acknowledged. */
export function startLoad(tryOnce: Post, senders: number): Load {
  const acknowledged = new Set<number>();
  let next = 0;
  let retries = 0;
  let isOver = false;

  async function send(): Promise<void> {
    while (!isOver) {
      const n = next++;
      const giveUpAt = Date.now() + 120_000;
      for (let tries = 0; !(await tryOnce(n, tries)); tries++) {
        if (Date.now() > giveUpAt) throw new Error(`request ${n} could not be delivered`);
        retries += 1;
        await sleep(20);
      }
      acknowledged.add(n);
      await sleep(10); // a busy afternoon, not a benchmark: the service is killed often, it need not be slow too
    }
  }

  const all = Promise.all(Array.from({ length: senders }, send));
  all.catch(() => undefined); // told by finish()
  return {
    acknowledged,
    retries: () => retries,
    async finish() {
      isOver = true;
      await all;
    },
  };
}

export interface HookLoadOptions {
  url: string;
  sessionId: string;
  senders?: number;
  /** The control: a sender that makes up a new id for every try. */
  ignoresIds?: boolean;
}

/** Hooks, each with an id that its retries keep. */
export function startHooks({ url, sessionId, senders = 8, ignoresIds = false }: HookLoadOptions): Load {
  const ids = new Map<number, string>();
  return startLoad((n, tries) => {
    if (tries === 0 || ignoresIds) ids.set(n, randomUUID());
    const input = { ...hookInput(sessionId), tool_use_id: `toolu_${n}`, tool_input: { command: `echo ${n}` } };
    const headers = { 'telltale-event-id': ids.get(n) ?? '', 'telltale-app': 'load' };
    return isTaken(`${url}/ingest/hook`, input, headers);
  }, senders);
}

/** Posts JSON; false when nobody acknowledged it. */
export async function isTaken(url: string, body: object, headers: Record<string, string> = {}): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // the service was killed under it
  }
}

const hookInput = (session_id: string) => ({
  session_id,
  transcript_path: '/nowhere.jsonl',
  cwd: '/nowhere',
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
});
