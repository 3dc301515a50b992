import type { Guard } from '../http/guard.ts';
import type { Audit } from './audit.ts';

/** The guard of what is answered without Hono, senders and sockets: whom it refuses is noted. */
export function notingGuard(guard: Guard, audit: Pick<Audit, 'note'>): Guard {
  return (visit, need) => {
    const admission = guard(visit, need);
    if ('refused' in admission && admission.refused.status !== 429) {
      const { visitor } = admission.refused;
      audit.note({ visitor, action: 'refused', detail: `${visit.method} ${visit.path}` });
    }
    return admission;
  };
}
