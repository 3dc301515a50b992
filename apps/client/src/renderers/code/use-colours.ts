import { type Ref, shallowRef, watch } from 'vue';
import type { CodeLine } from './code-line.ts';

interface Colours<S> {
  plain(source: S): readonly CodeLine[];
  coloured(source: S): Promise<readonly CodeLine[] | undefined>;
}

/** Lines of a source, plain at once and coloured when the colours have come. */
export function useColours<S>(source: () => S, { plain, coloured }: Colours<S>): Readonly<Ref<readonly CodeLine[]>> {
  const lines = shallowRef<readonly CodeLine[]>([]);
  let round = 0;
  watch(
    source,
    async (now) => {
      const mine = ++round;
      lines.value = plain(now);
      const found = await coloured(now);
      if (found && mine === round) lines.value = found;
    },
    { immediate: true },
  );
  return lines;
}
