import { type AuditEntry, auditPageSchema } from '@telltale/core/access-view';
import { shallowReadonly, shallowRef } from 'vue';
import { get, inWords } from '../data/api.ts';

/** The audit log from its newest entry on, page by page. */
export function useAudit() {
  const entries = shallowRef<readonly AuditEntry[]>([]);
  const next = shallowRef<number | null>(null);
  const problem = shallowRef<string>();
  const isLoaded = shallowRef(false);

  async function load(before?: number): Promise<void> {
    try {
      const page = await get('/api/audit', { before, limit: 100 }, auditPageSchema);
      entries.value = before === undefined ? page.entries : [...entries.value, ...page.entries];
      next.value = page.next;
      isLoaded.value = true;
      problem.value = undefined;
    } catch (error) {
      problem.value = inWords(error);
    }
  }

  return {
    entries: shallowReadonly(entries),
    next: shallowReadonly(next),
    problem: shallowReadonly(problem),
    isLoaded: shallowReadonly(isLoaded),
    load: () => load(),
    more: () => load(next.value ?? undefined),
  };
}
