import { computed } from 'vue';
import { useAccess } from '../access/use-access.ts';
import { useLive } from '../data/use-live.ts';
import { useNow } from '../data/use-now.ts';
import { standingAlerts } from '../data/use-status.ts';
import { groupSessions, openAlerts } from './groups.ts';
import { useNoted } from './noted.ts';

const live = useLive();
const now = useNow();

/** The groups of all sessions, unfiltered: what header, title, favicon, wall and notices count. */
export const allGroups = computed(() =>
  groupSessions(live.sessions.value, now.value, useNoted().noted.value, useAccess().access.value?.user),
);

/** Several people report: then a card says whose it is. */
export const areSeveral = computed(() => new Set(live.sessions.value.flatMap(({ user }) => user ?? [])).size > 1);

/** Agents of several makers report: then a session says which it is. */
export const areSeveralProviders = computed(
  () => new Set(live.sessions.value.flatMap(({ provider }) => provider ?? [])).size > 1,
);

/** Alerts about no single session that nobody put aside. */
export const shownAlerts = computed(() => openAlerts(standingAlerts.value, now.value, useNoted().noted.value));

/** What is wrong, in sessions and beside them. */
export const troubleCount = computed(() => allGroups.value.trouble.length + shownAlerts.value.length);
