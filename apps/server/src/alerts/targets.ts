import type { AlertMessage, AlertTargetKind } from '@telltale/core';
import type { AlertTargets } from './target-config.ts';
import { mailTarget } from './target-mail.ts';
import { slackTarget } from './target-slack.ts';
import { webhookTarget } from './target-webhook.ts';

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

export function createTargets(config: AlertTargets, options: TargetOptions): AlertTarget[] {
  return [
    ...(config.webhook ? [webhookTarget(config.webhook, options)] : []),
    ...(config.slack ? [slackTarget(config.slack, options)] : []),
    ...(config.mail ? [mailTarget(config.mail, options)] : []),
  ];
}

/** What came back, in words that name no address and no secret. */
export class SendProblem extends Error {
  override name = 'SendProblem';
}

/** The code of what failed, and nothing of its text: addresses and passwords stand there. */
export function problemOf(error: unknown): string {
  if (error instanceof SendProblem) return error.message;
  const { name, code, responseCode, cause } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    responseCode?: unknown;
    cause?: { code?: unknown };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  if (typeof responseCode === 'number') return `the mail server answered ${responseCode}`;
  const told = [code, cause?.code].find((one) => typeof one === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(one));
  return told === undefined ? 'it could not be reached' : `it could not be reached (${told})`;
}
