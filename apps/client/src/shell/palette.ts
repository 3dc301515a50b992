import { foldCase, type Session } from '@telltale/core';

export interface PaletteEntry {
  key: string;
  kind: 'page' | 'project' | 'session' | 'prompt';
  title: string;
  detail: string;
  /** When it was last heard of: many sessions have the same title. */
  at?: string;
  to: { path: string; query?: Record<string, string> };
  /** Who is answered there; everyone where nothing is said. */
  needs?: 'admin' | 'viewer';
}

const pages: readonly PaletteEntry[] = [
  { key: 'live', kind: 'page', title: 'Live', detail: 'g l', to: { path: '/' } },
  { key: 'sessions', kind: 'page', title: 'Sessions', detail: 'g s', to: { path: '/sessions' } },
  { key: 'search', kind: 'page', title: 'Search', detail: 'g f', to: { path: '/search' }, needs: 'viewer' },
  { key: 'analytics', kind: 'page', title: 'Analytics', detail: 'g a', to: { path: '/analytics' } },
  { key: 'wall', kind: 'page', title: 'Wall', detail: 'w', to: { path: '/wall' } },
  {
    ...{ key: 'reconciliation', kind: 'page', title: 'Reconciliation', to: { path: '/reconciliation' } },
    detail: 'what each source says it cost',
  },
  {
    ...{ key: 'access', kind: 'page', title: 'Access', to: { path: '/access' }, needs: 'admin' },
    detail: 'tokens, and who looked at what',
  },
  {
    ...{ key: 'alerts', kind: 'page', title: 'Alerts', to: { path: '/alerts' }, needs: 'viewer' },
    detail: 'rules, and where they are sent',
  },
];

const mostShown = 40;

/** Where one can go; `prompts` are those the service found for the words. */
export function paletteEntries(
  words: string,
  sessions: readonly Session[],
  prompts: readonly PaletteEntry[],
): PaletteEntry[] {
  const apps = new Map<string, number>();
  for (const session of sessions) apps.set(session.app, (apps.get(session.app) ?? 0) + 1);
  const entries = [
    ...pages,
    ...[...apps].map(([app, count]) => projectEntry(app, count)),
    ...sessions.map(sessionEntry),
  ];
  const wanted = foldCase(words).split(/\s+/).filter(Boolean);
  const scored = entries.flatMap((entry, index) => {
    const score = scoreOf(entry, wanted);
    return score === undefined ? [] : [{ entry, rank: score - index / 10_000 }];
  });
  const found = scored.sort((a, b) => b.rank - a.rank).map(({ entry }) => entry);
  const known = new Set(found.map((entry) => entry.to.path));
  return [...found, ...prompts.filter((prompt) => !known.has(prompt.to.path))].slice(0, mostShown);
}

/** Every word must be found; the beginning of a title counts more than its middle, the title more than the detail. */
function scoreOf(entry: PaletteEntry, words: readonly string[]): number | undefined {
  const title = foldCase(entry.title);
  const detail = foldCase(entry.detail);
  let score = 0;
  for (const word of words) {
    if (title.startsWith(word)) score += 3;
    else if (title.includes(word)) score += 2;
    else if (detail.includes(word)) score += 1;
    else return undefined;
  }
  return score;
}

function projectEntry(app: string, count: number): PaletteEntry {
  const detail = count === 1 ? '1 session' : `${count} sessions`;
  return { key: `app ${app}`, kind: 'project', title: app, detail, to: { path: '/', query: { filter: appTerm(app) } } };
}

function appTerm(app: string): string {
  return /[\s",*]/.test(app) ? `app:"${app.replace(/["\\]/g, '\\$&')}"` : `app:${app}`;
}

function sessionEntry(session: Session): PaletteEntry {
  const place = session.branch ? `${session.app} · ${session.branch}` : session.app;
  const title = session.title ?? session.id;
  const to = { path: `/sessions/${session.id}` };
  return { key: session.id, kind: 'session', title, detail: place, at: session.lastEventAt, to };
}
