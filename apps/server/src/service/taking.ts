import { redactSecrets, redactSecretsAndPersonal } from '@telltale/core';
import { messageOf } from '../complaints.ts';
import { createIngest, type Ingest } from '../ingest.ts';
import { createBodyReader } from '../intake/body.ts';
import { eventIntake } from '../intake/events.ts';
import { createIntake } from '../intake/intake.ts';
import { otlpIntake } from '../intake/otlp.ts';
import { statusLineIntake } from '../intake/status-line.ts';
import { transcriptIntake } from '../intake/transcript.ts';
import type { Storing } from '../spool/deliver.ts';
import type { Foundation } from './foundation.ts';

/** The way in: what is sent is masked, stored and told. */
export function createTaking({ config, store, news, complaints, now }: Foundation) {
  const redact = config.redactPii ? redactSecretsAndPersonal : redactSecrets;
  const ingest: Ingest = createIngest({
    store,
    redact,
    publish(events, sessionIds) {
      news.stored(events);
      for (const id of sessionIds) news.changed(id);
    },
  });
  const storing: Storing = {
    failed: (error) => complaints.raise('storing', messageOf(error)),
    worked: () => complaints.settle('storing'),
  };
  let refused = 0;
  const onFailure = (error: unknown) => {
    refused += 1;
    storing.failed(error);
  };
  const taking = { readBody: createBodyReader(), onFailure, onSuccess: storing.worked };
  const otlpRoutes = otlpIntake(ingest, now);
  const routes = [
    ...eventIntake(ingest, now),
    ...transcriptIntake(ingest, store),
    ...statusLineIntake(ingest, now),
    ...otlpRoutes,
  ];

  return {
    ...{ ingest, redact, storing, routes },
    /** Requests that were answered 503. */
    refused: () => refused,
    intake: createIntake({ ...taking, routes }),
    /** What the port for telemetry takes. */
    otlpIntake: createIntake({ ...taking, routes: otlpRoutes }),
  };
}

export type Taking = ReturnType<typeof createTaking>;
