import { colour } from './colour.ts';
import { languageNamed } from './language-names.ts';

/** Colours the fenced code below an element; the text stays, only spans with classes come around it. */
export async function paintCode(element: Element): Promise<void> {
  for (const code of element.querySelectorAll('pre > code[class^="language-"]')) {
    const text = code.textContent ?? '';
    const lines = await colour(text, languageNamed(code.className.slice('language-'.length)));
    if (!lines || code.textContent !== text) continue;
    const parts = lines.flatMap((line, index) => [
      ...(index > 0 ? [document.createTextNode('\n')] : []),
      ...line.map(({ text: run, kind }) => {
        const span = document.createElement('span');
        if (kind) span.className = `code-${kind}`;
        span.textContent = run;
        return span;
      }),
    ]);
    code.classList.remove(code.className);
    code.replaceChildren(...parts);
  }
}
