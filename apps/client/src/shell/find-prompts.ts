import { api } from '../data/api.ts';
import { age } from '../words/time.ts';
import type { PaletteEntry } from './palette.ts';

/** Prompts with these words, newest first, over all sessions that are kept. */
export async function findPrompts(words: string): Promise<PaletteEntry[]> {
  if (words.trim().length < 3) return [];
  // Without an answer the palette still goes to pages, projects and sessions.
  const found = await api
    .events({ name: 'UserPromptSubmit', q: words, limit: 15, order: 'desc' })
    .catch(() => undefined);
  return (found?.events ?? []).map((event) => ({
    key: `prompt ${event.seq}`,
    kind: 'prompt',
    title: event.summary,
    detail: `${event.app} · ${age(Date.now() - Date.parse(event.at))} ago`,
    to: { path: `/sessions/${event.sessionId}`, query: { at: String(event.seq) } },
  }));
}
