import type { HighlighterCore } from 'shiki/core';
import { type CodeLine, type CodeRun, mostCharacters } from './code-line.ts';
import type { LanguageName } from './language-names.ts';
import { languages } from './languages.ts';

const longestLine = 1_000;

/** Lines of runs, or nothing where the language is unknown or the code too large. */
export async function highlight(code: string, language: LanguageName | undefined): Promise<CodeLine[] | undefined> {
  if (language === undefined || code.length > mostCharacters) return undefined;
  const shiki = await highlighterWith(language);
  // No time limit: shiki would give up in the middle of a line while a grammar is still being compiled. The sizes above are the limit.
  const options = { lang: language, theme, tokenizeMaxLineLength: longestLine, tokenizeTimeLimit: 0 };
  const lines = shiki.codeToTokensBase(code, options);
  return lines.map((line) => line.map(({ content, color }) => runOf(content, color)));
}

const theme = 'telltale';
let started: Promise<HighlighterCore> | undefined;
const loaded = new Map<LanguageName, Promise<void>>();

async function highlighterWith(language: LanguageName): Promise<HighlighterCore> {
  started ??= start();
  const shiki = await started;
  let loading = loaded.get(language);
  if (!loading) {
    loading = languages[language]().then((module) => shiki.loadLanguage(module.default));
    loaded.set(language, loading);
  }
  await loading;
  return shiki;
}

async function start(): Promise<HighlighterCore> {
  const [{ createHighlighterCore, createCssVariablesTheme }, { createJavaScriptRegexEngine }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  const themes = [createCssVariablesTheme({ name: theme, variablePrefix: '--shiki-' })];
  return createHighlighterCore({ themes, langs: [], engine: createJavaScriptRegexEngine({ forgiving: true }) });
}

/** The theme's colours are names: `var(--shiki-token-keyword)` is the kind `keyword`. */
function runOf(text: string, color: string | undefined): CodeRun {
  const kind = /--shiki-token-([a-z-]+)/.exec(color ?? '')?.[1];
  return kind === undefined ? { text } : { text, kind };
}
