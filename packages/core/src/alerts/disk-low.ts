import { sizeWords } from '../words.ts';
import { type AlertRule, crosses } from './rule.ts';

const megabyte = 1024 * 1024;

export const diskLow = {
  title: 'The disk is nearly full',
  severity: 'critical',
  lastingMinutes: 1,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_DISK_FREE_MB',
  meaning: 'megabytes that must be free where the database lies; 500 while empty, 0 turns it off',
  fires: 'below',
  // On without being asked for: it is rare, it is never wrong, and after it nothing can be stored.
  usual: 500,
  runbook: 'Free some space, or let Telltale keep less: TELLTALE_MAX_DATABASE_MB, and Storage in the settings.',
  needs: ['freeBytes'],
  evaluate({ freeBytes }, limit) {
    if (freeBytes === undefined || !crosses('below', freeBytes / megabyte, limit)) return [];
    const summary = `${sizeWords(freeBytes)} are free where the database lies: soon nothing can be stored`;
    return [{ key: '', value: freeBytes / megabyte, summary, labels: {} }];
  },
} as const satisfies AlertRule;
