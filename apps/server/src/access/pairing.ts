import { pairingMs } from '@telltale/core/access-view';
import type { StoredToken } from '../store/access-rows.ts';

const another = 'make another link with telltale pair';

/** Why the link that pairs a device opens nothing for who comes now, in words for that one; undefined where it does. */
export function pairingProblem({ device }: StoredToken, now: number): string | undefined {
  if (device === undefined) return undefined;
  if (device.pairedAt !== undefined) return `this link was used already, and opens one browser only; ${another}`;
  return device.until <= now ? `nobody opened this link within ${pairingMs / 60_000} minutes; ${another}` : undefined;
}
