import type { AlertMessage, AlertTargetKind } from '@telltale/core';

/** A way in which alerts leave this machine. */
export interface AlertTarget {
  kind: AlertTargetKind;
  /** Resolves when it was taken; throws a `SendProblem`, or what `problemOf` makes words of. */
  send(message: OutgoingAlerts): Promise<void>;
}

export interface OutgoingAlerts {
  /** The same for each try. */
  id: string;
  alerts: readonly AlertMessage[];
  isTest?: true;
  signal?: AbortSignal;
}

/** Where pages of this service are found. */
export interface TargetOptions {
  publicUrl: string;
}
