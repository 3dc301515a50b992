import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a load has fired and got acknowledged, by the number each event carries in its payload. */
export interface Load {
  acknowledged: Set<number>;
  /** Posts that had to be made again. */
  retries(): number;
  /** Stops firing; every event that was begun is still brought home. */
  finish(): Promise<void>;
}

export interface LoadOptions {
  url: string;
  sessionId: string;
  senders?: number;
  /** The control: a sender that makes up a new id for every try. */
  ignoresIds?: boolean;
}

/** Senders that do what the hooks' sender does: one id per event, post until it is acknowledged. */
export function startLoad({ url, sessionId, senders = 8, ignoresIds = false }: LoadOptions): Load {
  const acknowledged = new Set<number>();
  const giveUpAt = Date.now() + 120_000;
  let next = 0;
  let retries = 0;
  let isOver = false;

  async function send(): Promise<void> {
    while (!isOver) {
      const n = next++;
      const id = randomUUID();
      const body = JSON.stringify({
        ...hookInput(sessionId),
        tool_use_id: `toolu_${n}`,
        tool_input: { command: `echo ${n}` },
      });
      while (!(await post(ignoresIds ? randomUUID() : id, body))) {
        if (Date.now() > giveUpAt) throw new Error(`event ${n} could not be delivered`);
        retries += 1;
        await sleep(20);
      }
      acknowledged.add(n);
      await sleep(10); // a busy afternoon, not a benchmark: the service is killed often, it need not be slow too
    }
  }

  async function post(id: string, body: string): Promise<boolean> {
    try {
      const response = await fetch(`${url}/ingest/hook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'telltale-event-id': id, 'telltale-app': 'load' },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false; // the service was killed under it
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

const hookInput = (session_id: string) => ({
  session_id,
  transcript_path: '/nowhere.jsonl',
  cwd: '/nowhere',
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
});
