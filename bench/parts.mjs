import { agent } from './agent.mjs';
import { analysis } from './analysis.mjs';
import { besideLarge } from './beside-large.mjs';
import { browser } from './browser.mjs';
import { disk } from './disk.mjs';
import { ingest } from './ingest.mjs';
import { live } from './live.mjs';
import { memory } from './memory.mjs';
import { reads } from './reads.mjs';
import { redaction } from './redaction.mjs';
import { retention } from './retention.mjs';
import { search } from './search.mjs';
import { telemetry } from './telemetry.mjs';

/**
 * What `npm run bench` measures. A part takes `{ rounds, ms, quick, print }` and answers rows
 * `{ what, value, goal, met, detail }`; a goal that is not met is said, not hidden.
 */
export const parts = {
  ingest,
  telemetry,
  redaction,
  'beside-large': besideLarge,
  disk,
  retention,
  reads,
  search,
  analysis,
  live,
  memory,
  browser,
  agent,
};
