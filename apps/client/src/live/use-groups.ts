import { computed } from 'vue';
import { useLive } from '../data/use-live.ts';
import { useNow } from '../data/use-now.ts';
import { standingAlerts } from '../data/use-status.ts';
import { groupSessions, openAlerts } from './groups.ts';
import { useNoted } from './noted.ts';

const live = useLive();
const now = useNow();

/** The groups of all sessions, unfiltered: what header, title, favicon, wall and notices count. */
export const allGroups = computed(() => groupSessions(live.sessions.value, now.value, useNoted().noted.value));

/** Alerts about no single session that nobody put aside. */
export const shownAlerts = computed(() => openAlerts(standingAlerts.value, now.value, useNoted().noted.value));

/** What is wrong, in sessions and beside them. */
export const troubleCount = computed(() => allGroups.value.trouble.length + shownAlerts.value.length);
