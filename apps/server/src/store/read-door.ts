import type { Database } from 'better-sqlite3';
import { createAlertNumbers } from './alert-numbers.ts';
import { createAlerts } from './alerts.ts';
import { createSpentSince } from './ledger/spent-since.ts';
import { createUnpricedModels } from './ledger/unpriced-models.ts';
import { createLookBack } from './look-back.ts';
import { readPulse } from './pulse.ts';
import type { EventReader } from './read-events.ts';
import { createPointReader } from './read-points.ts';
import { createSpanReader } from './read-spans.ts';
import type { Projection } from './sessions/projection.ts';
import { readSessions } from './sessions/read-sessions.ts';
import { createRecentSessions } from './sessions/recent-sessions.ts';
import type { WriteBehind } from './sessions/write-behind.ts';
import type { Store } from './store.ts';

type ReadDoor = Pick<Store, 'events' | 'event' | 'lookBack' | 'sessions' | 'session' | 'spans' | 'points'> &
  Pick<Store, 'spentSince' | 'alertNumbers' | 'alerts' | 'recentSessions' | 'unpricedModels' | 'pulse'>;

interface ReadDoorDeps {
  reader: EventReader;
  projection: Projection;
  behind: Pick<WriteBehind, 'forReading' | 'forSums'>;
  /** The newest `seq`. */
  seq(): number;
}

/** What takes few rows to answer, and is read at once: after what waits to be written, where the answer depends on it. */
export function createReadDoor(database: Database, { reader, projection, behind, seq }: ReadDoorDeps): ReadDoor {
  return {
    events(query) {
      if (query.filter?.terms.length) behind.forReading(query.filter, query.now);
      return reader.page(query);
    },
    event: (seq) => reader.one(seq),
    lookBack: createLookBack(database, seq),
    sessions(query) {
      behind.forReading(query.filter, query.now);
      if (query.sort === 'cost') behind.forSums();
      return readSessions(database, projection, query);
    },
    session(id, now) {
      const session = projection.find(id);
      return session && projection.view(session, now);
    },
    spans: createSpanReader(database),
    points: createPointReader(database),
    spentSince: createSpentSince(database, behind.forSums),
    alertNumbers: createAlertNumbers(database, behind.forSums),
    alerts: createAlerts(database, reader.one),
    recentSessions: createRecentSessions(database),
    unpricedModels: createUnpricedModels(database),
    pulse: (query) => readPulse(database, query),
  };
}
