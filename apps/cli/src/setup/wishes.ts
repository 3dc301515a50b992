import { fileURLToPath } from 'node:url';
import type { TelemetryPlace } from './telemetry.ts';
import type { Who } from './who.ts';

/** What is wanted of `telltale setup`. */
export interface Wishes {
  isGlobal: boolean;
  /** The folder of one project. */
  project: string | undefined;
  telemetry?: TelemetryPlace | undefined;
  logPrompts?: true | undefined;
  traces?: true | undefined;
  statusline?: true | undefined;
  /** Whether events say who and where. */
  who?: Who | undefined;
  app?: string | undefined;
  url?: string | undefined;
  token?: string | undefined;
  dryRun?: true | undefined;
  /** Whether somebody is there who decides. */
  asks: boolean;
}

/** What is installed lies beside the built file, see build.mjs. */
export const scripts = fileURLToPath(new URL('./hooks/', import.meta.url));
