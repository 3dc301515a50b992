import type { ImportStatus } from '@telltale/core';
import { onScopeDispose, shallowRef } from 'vue';
import { api, inWords } from '../data/api.ts';
import { useLive } from '../data/use-live.ts';

const askEveryMs = 500;

/** Starts an import and tells how far it is; one that runs already is told, too. */
export function useImport() {
  const status = shallowRef<ImportStatus>();
  const problem = shallowRef<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));
  void follow(api.importStatus);
  return { status, problem, start: (scope: { days?: number }) => follow(() => api.startImport(scope)) };

  async function follow(ask: () => Promise<ImportStatus>): Promise<void> {
    try {
      status.value = await ask();
      problem.value = undefined;
      if (status.value.state === 'done') await useLive().reloadSessions();
      if (status.value.state === 'running') timer = setTimeout(() => void follow(api.importStatus), askEveryMs);
    } catch (error) {
      problem.value = inWords(error);
    }
  }
}
