import { type Quota, type QuotaWindow, quotaWindows } from './status-line-view.ts';

/** Told so long ago, a number says its age. */
const quotaStaleMs = 10 * 60_000;

/** A window as it is shown. */
export interface QuotaNow extends Quota {
  /** `5 h` */
  name: string;
  /** Absent while it is fresh. */
  staleMs?: number;
}

/**
 * The newest word on each window, of `user` where that is told; of a window that has begun anew since then nothing is
 * known.
 */
export function quotasNow(quotas: readonly Quota[], now: number, user?: string): QuotaNow[] {
  const mine = user !== undefined && quotas.some((quota) => quota.user === user);
  return (Object.keys(quotaWindows) as QuotaWindow[]).flatMap((window) => {
    const told = quotas.filter((quota) => quota.window === window && (!mine || quota.user === user));
    const newest = told.reduce<Quota | undefined>((a, b) => (a && a.at >= b.at ? a : b), undefined);
    if (!newest || (newest.resetsAt !== undefined && Date.parse(newest.resetsAt) <= now)) return [];
    const staleMs = now - Date.parse(newest.at);
    return [{ ...newest, name: quotaWindows[window], ...(staleMs >= quotaStaleMs && { staleMs }) }];
  });
}
