import { useLocalStorage } from '@vueuse/core';

/** Choices of this browser, shared by its tabs. */
export interface Preferences {
  singleKeys: boolean;
  /** Times in the feed: the clock, or how long ago. */
  feedTimes: 'clock' | 'ago';
  notify: boolean;
  notifyTurns: boolean;
  sound: boolean;
  voice: boolean;
  /** Projects that stay silent. */
  muted: string[];
  /** "22:00" to "08:00"; empty for none. */
  quietFrom: string;
  quietTo: string;
  /** Columns of the table of sessions that are hidden. */
  hiddenColumns: string[];
  groupSessionsBy: 'day' | 'project';
}

const defaults: Preferences = {
  singleKeys: true,
  feedTimes: 'clock',
  notify: false,
  notifyTurns: false,
  sound: false,
  voice: false,
  muted: [],
  quietFrom: '',
  quietTo: '',
  hiddenColumns: [],
  groupSessionsBy: 'day',
};

export const preferences = useLocalStorage<Preferences>('telltale.preferences', defaults, { mergeDefaults: true });
