import { randomUUID } from 'node:crypto';
import type { AlertMessage, AlertTargetKind, AlertTargetView } from '@telltale/core';
import { present } from '@telltale/core/present';
import { problemOf } from './send-problem.ts';
import type { AlertTarget } from './target.ts';

/** One message on its way to one target; kept until it arrived. */
export interface Delivery {
  id: string;
  kind: AlertTargetKind;
  alerts: readonly AlertMessage[];
  attempts: number;
  /** Not before (ms). */
  nextAt: number;
  madeAt: number;
}

export interface OutboxDeps {
  targets: readonly AlertTarget[];
  /** Kept by whoever persists it; the outbox changes it. */
  deliveries: () => Delivery[];
  /** After each change. */
  save: () => Promise<void>;
  now: () => number;
  /** Once per change of state; never with an address or a secret in it. */
  failed: (kind: AlertTargetKind, problem: string) => void;
  worked: (kind: AlertTargetKind) => void;
  firstRetryMs?: number;
}

const maxRetryMs = 60 * 60_000;
/** Older news is none: the page has it. */
const givenUpMs = 24 * 60 * 60_000;
/** Of one target; past it the oldest goes. */
const mostWaiting = 50;

/** Sends in the order in which things were said, each target by itself, again and again until it arrives. */
export function createOutbox(deps: OutboxDeps) {
  const { targets, deliveries, save, now, firstRetryMs = 5000 } = deps;
  const told = new Map<AlertTargetKind, { lastSentAt?: string; problem?: string }>();
  const running = new Map<AlertTargetKind, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();

  function put(alerts: readonly AlertMessage[]): void {
    const list = deliveries();
    for (const { kind } of targets) {
      list.push({ id: randomUUID(), kind, alerts, attempts: 0, nextAt: 0, madeAt: now() });
      const mine = list.filter((one) => one.kind === kind);
      for (const old of mine.slice(0, Math.max(0, mine.length - mostWaiting))) list.splice(list.indexOf(old), 1);
    }
  }

  /** Sends what is due; whatever happens, it does not throw. */
  function kick(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    forgetOrphans();
    for (const target of targets) {
      if (running.has(target.kind)) continue;
      const work = run(target).finally(() => {
        running.delete(target.kind);
        plan();
      });
      running.set(target.kind, work);
    }
  }

  async function run(target: AlertTarget): Promise<void> {
    for (;;) {
      const next = deliveries().find(({ kind }) => kind === target.kind);
      if (!next || next.nextAt > now() || stopping.signal.aborted) return;
      try {
        await target.send({ id: next.id, alerts: next.alerts, signal: stopping.signal });
        done(next);
        told.set(target.kind, { lastSentAt: new Date(now()).toISOString() });
        deps.worked(target.kind);
      } catch (error) {
        if (stopping.signal.aborted) return;
        const problem = problemOf(error);
        told.set(target.kind, { ...told.get(target.kind), problem });
        deps.failed(target.kind, problem);
        next.attempts += 1;
        next.nextAt = now() + Math.min(maxRetryMs, firstRetryMs * 2 ** (next.attempts - 1));
        if (now() - next.madeAt > givenUpMs) done(next);
      }
      // What was sent and could not be noted is sent again after a restart: rather twice than never.
      await save().catch(() => {});
    }
  }

  function done(delivery: Delivery): void {
    const list = deliveries();
    const index = list.findIndex(({ id }) => id === delivery.id);
    if (index >= 0) list.splice(index, 1);
  }

  /** Of targets that are no longer there. */
  function forgetOrphans(): void {
    const kinds = new Set(targets.map(({ kind }) => kind));
    for (const delivery of [...deliveries()]) if (!kinds.has(delivery.kind)) done(delivery);
  }

  function plan(): void {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    // Of each target the first: the others wait for it.
    const heads = targets.flatMap(({ kind }) => deliveries().find((one) => one.kind === kind) ?? []);
    if (heads.length === 0) return;
    const nextAt = Math.min(...heads.map((one) => one.nextAt));
    timer = setTimeout(kick, Math.max(20, nextAt - now())).unref();
  }

  return {
    put,
    kick,
    view(kind: AlertTargetKind): Pick<AlertTargetView, 'waiting' | 'lastSentAt' | 'problem'> {
      const waiting = deliveries().filter((one) => one.kind === kind).length;
      return present({ waiting, lastSentAt: told.get(kind)?.lastSentAt, problem: told.get(kind)?.problem });
    },
    async stop(): Promise<void> {
      clearTimeout(timer);
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
