import { shallowRef, watch } from 'vue';
import { useLive } from '../data/use-live.ts';

/** The service's version once it is another than the one this page came with. */
export function useNewVersion() {
  const { hello } = useLive();
  const newVersion = shallowRef<string>();
  let first: string | undefined;
  watch(hello, (said) => {
    first ??= said?.version;
    newVersion.value = said && said.version !== first ? said.version : undefined;
  });
  return newVersion;
}
