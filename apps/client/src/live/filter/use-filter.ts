import {
  type Filter,
  formatFilter,
  hasTerm,
  matchesSession,
  type ParsedFilter,
  parseFilter,
  type Session,
  type ToggleKey,
  toggleTerm,
  withMe,
} from '@telltale/core';
import { type ComputedRef, computed, type InjectionKey, inject, provide, shallowRef, watch } from 'vue';
import { useAccess } from '../../access/use-access.ts';
import { api } from '../../data/api.ts';
import { useLive } from '../../data/use-live.ts';
import { usePageState } from '../page-state.ts';

type SessionTest = (session: Session) => boolean;

export interface PageFilter {
  /** As it was typed. */
  text: ComputedRef<string>;
  /** What the service is asked: the terms that could be read; empty for everything. */
  query: ComputedRef<string>;
  /** Reads a filter's text as this page's reader means it. */
  read(typed: string): ParsedFilter;
  parsed: ComputedRef<ParsedFilter>;
  /** The terms that could be read; `undefined` when there is none. */
  filter: ComputedRef<Filter | undefined>;
  matchesSession: ComputedRef<SessionTest>;
  /** The one session that the filter names, if it does. */
  sessionInFilter: ComputedRef<string | undefined>;
  toggleSession(id: string): void;
  toggle(key: ToggleKey, value: string, negated?: boolean): void;
  has(key: ToggleKey, value: string): boolean;
  set(text: string): void;
  preview(text: string): void;
}

/** Until the service has told its own. */
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const key: InjectionKey<PageFilter> = Symbol('filter');

/** The filter of the page that provided it. */
export function useFilter(): PageFilter {
  const filter = inject(key);
  if (!filter) throw new Error('useFilter needs a page that called provideFilter');
  return filter;
}

/** One filter for everything on a page, kept in its URL. */
export function provideFilter(): PageFilter {
  const page = usePageState();
  const live = useLive();
  const text = page.filter;
  const { access } = useAccess();
  const read = (typed: string) => {
    const parsed = parseFilter(typed, { timeZone: live.hello.value?.timeZone ?? ownZone });
    return access.value ? withMe(parsed, access.value.user) : parsed;
  };
  const parsed = computed(() => read(text.value));
  const filter = computed(() => (parsed.value.filter.terms.length > 0 ? parsed.value.filter : undefined));
  const query = computed(() => (filter.value ? formatFilter(filter.value) : ''));
  const withHits = useSessionsWithHits(query, filter);

  const pageFilter: PageFilter = {
    text,
    query,
    read,
    parsed,
    filter,
    matchesSession: computed((before?: SessionTest) => {
      const terms = filter.value;
      if (!terms) return () => true;
      const { ids, isAnswered } = withHits.value;
      const now = Date.now();
      const asksEvents = (session: Session) => matchesSession(terms, session, now) === undefined;
      // Until the service has answered, the sessions stand as they stood: all gone and back again helps nobody.
      if (before && !isAnswered && live.sessions.value.some(asksEvents)) return before;
      return (session: Session) => matchesSession(terms, session, now) ?? ids.has(session.id);
    }),
    sessionInFilter: computed(() => namedSession(filter.value)),
    toggleSession(id) {
      const named = pageFilter.sessionInFilter.value;
      const without = named ? toggleTerm(text.value, 'session', named) : text.value;
      page.setFilter(named === id ? without : toggleTerm(without, 'session', id));
    },
    toggle: (term, value, negated) => page.setFilter(toggleTerm(text.value, term, value, negated)),
    has: (term, value) => hasTerm(text.value, term, value),
    set: page.setFilter,
    preview: page.previewFilter,
  };
  provide(key, pageFilter);
  return pageFilter;

  /** Sessions with an event that matches: only the service knows them all, the live ones are added as they come. */
  function useSessionsWithHits(query: ComputedRef<string>, filter: ComputedRef<Filter | undefined>) {
    const hits = shallowRef<{ ids: ReadonlySet<string>; isAnswered: boolean }>({ ids: new Set(), isAnswered: false });
    let lastAddedMs = 0;
    watch(
      query,
      async (asked) => {
        hits.value = { ids: new Set(), isAnswered: false };
        if (!filter.value) return;
        // Without it only the sessions that the page knows are looked through.
        const found = await api.sessions({ filter: asked, limit: 500 }).catch(() => undefined);
        if (query.value !== asked) return;
        const ids = found?.sessions.map((session) => session.id) ?? [];
        hits.value = { ids: new Set([...hits.value.ids, ...ids]), isAnswered: true };
      },
      { immediate: true },
    );
    watch(live.feedVersion, () => {
      if (!filter.value || Date.now() - lastAddedMs < 1000) return;
      lastAddedMs = Date.now();
      const recent = live.feed.rows.slice(-2000).flatMap((row) => row.action.sessionId ?? []);
      const { ids, isAnswered } = hits.value;
      if (recent.some((id) => !ids.has(id))) hits.value = { ids: new Set([...ids, ...recent]), isAnswered };
    });
    return hits;
  }
}

function namedSession(filter: Filter | undefined): string | undefined {
  const terms = filter?.terms.filter((term) => term.kind === 'field' && term.key === 'session' && !term.negated) ?? [];
  const [term] = terms;
  if (terms.length !== 1 || term?.kind !== 'field' || term.patterns.length !== 1) return undefined;
  return term.patterns[0]?.length === 1 ? term.patterns[0][0] : undefined;
}
