import { type Ref, shallowRef, watch } from 'vue';
import { type CodeLine, highlight } from './highlight.ts';
import { languageOf } from './languages.ts';

/** The lines of a code, plain at once and coloured when the colours have come. */
export function useHighlight(code: () => string, path: () => string): Readonly<Ref<readonly CodeLine[]>> {
  const lines = shallowRef<readonly CodeLine[]>([]);
  watch(
    [code, path],
    async ([text, file]) => {
      lines.value = plainLines(text);
      const coloured = await highlight(text, languageOf(file)).catch(() => undefined);
      // Without the grammar (offline after an update) the code stays plain.
      if (coloured && text === code()) lines.value = coloured;
    },
    { immediate: true },
  );
  return lines;
}

function plainLines(text: string): CodeLine[] {
  return text.split('\n').map((line) => [{ text: line }]);
}
