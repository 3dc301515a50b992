import type { Check } from './check.ts';
import { clock } from './checks/clock.ts';
import { destination } from './checks/destination.ts';
import { disk } from './checks/disk.ts';
import { hookScripts } from './checks/hook-scripts.ts';
import { hooks } from './checks/hooks.ts';
import { hooksAllowed } from './checks/hooks-allowed.ts';
import { hooksOnce } from './checks/hooks-once.ts';
import { node } from './checks/node.ts';
import { ports } from './checks/ports.ts';
import { service } from './checks/service.ts';
import { settings } from './checks/settings.ts';
import { spool } from './checks/spool.ts';
import { telemetry } from './checks/telemetry.ts';
import { telemetryEndpoint } from './checks/telemetry-endpoint.ts';
import { telemetryPlace } from './checks/telemetry-place.ts';
import { telemetryProtocol } from './checks/telemetry-protocol.ts';
import { telemetryTemporality } from './checks/telemetry-temporality.ts';
import { transcripts } from './checks/transcripts.ts';
import { versions } from './checks/versions.ts';

/** Everything that doctor looks at, in the order in which it tells: one file in `checks/` and one row here. */
export const checks = {
  node,
  service,
  ports,
  versions,
  settings,
  hooks,
  'hooks-allowed': hooksAllowed,
  'hooks-once': hooksOnce,
  'hook-scripts': hookScripts,
  destination,
  telemetry,
  'telemetry-place': telemetryPlace,
  'telemetry-protocol': telemetryProtocol,
  'telemetry-endpoint': telemetryEndpoint,
  'telemetry-temporality': telemetryTemporality,
  spool,
  transcripts,
  clock,
  disk,
} as const satisfies Record<string, Check>;
