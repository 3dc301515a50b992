import type { DraftItem } from './draft.ts';
import type { CompactionItem } from './story.ts';

const slackMs = 5000;

/** The same compaction told by hooks and transcript is one band: the transcript's row lies between the hooks. */
export function joinCompactions(done: readonly DraftItem[], said: readonly DraftItem[]): DraftItem[] {
  const free = done.flatMap(({ item }) => (item.kind === 'compaction' ? [item] : []));
  const rest = said.filter(({ item }) => {
    if (item.kind !== 'compaction') return true;
    const index = free.findIndex((one) => isSame(one, item));
    const [twin] = index < 0 ? [] : free.splice(index, 1);
    if (twin) Object.assign(twin, { ...item, ...twin });
    return twin === undefined;
  });
  return [...rest, ...done];
}

function isSame(done: CompactionItem, said: CompactionItem): boolean {
  const from = Date.parse(done.at);
  const to = from + (done.isRunning ? Number.POSITIVE_INFINITY : (done.durationMs ?? 0));
  const at = Date.parse(said.at);
  return from - slackMs <= at && at <= to + slackMs;
}
