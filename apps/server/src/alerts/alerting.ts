import {
  type AlertFactName,
  type AlertMessage,
  type AlertsView,
  type AlertTest,
  alertMessage,
  alertTargetKinds,
  judgeAlerts,
  ruleOf,
  rulesOn,
  stepAlerts,
  type TelltaleEvent,
  type WordsNow,
} from '@telltale/core';
import type { Thresholds } from '@telltale/core/thresholds';
import { type Complaints, messageOf } from '../complaints.ts';
import type { Ingest } from '../ingest.ts';
import type { Store } from '../store/store.ts';
import { createFacts } from './facts.ts';
import { createMarks } from './marks.ts';
import { type AlertMemory, type MemoDoor, readMemory } from './memory.ts';
import { createOutbox } from './outbox.ts';
import { alertsView, wordsNow } from './report.ts';
import { problemOf } from './send-problem.ts';
import { type AlertTargets, targetVariables } from './target-config.ts';
import { createTargets } from './targets.ts';
import { testAlert } from './test-alert.ts';

/** Judges the rules of core's table now and then, stores what they say as alerts, and sends it where it shall go. */
export interface Alerting {
  /** Hears of every stored event. */
  hear(events: readonly TelltaleEvent[]): void;
  /** Judges now; resolves when what it says is stored. */
  look(): Promise<void>;
  view(): AlertsView;
  /** What those that fire say now. */
  wordsNow: WordsNow;
  /** Sends a message that is marked as a test to every target, once. */
  test(): Promise<AlertTest>;
  start(): void;
  stop(): Promise<void>;
}

export interface AlertingDeps {
  store: Store;
  ingest: Pick<Ingest, 'alerts'>;
  memo: MemoDoor;
  thresholds: Thresholds;
  targets: AlertTargets;
  publicUrl: string;
  timeZone: string;
  /** Where the database lies. */
  folder: string;
  now: () => number;
  complaints: Complaints;
  firstRetryMs?: number;
}

/** Also when nothing happens: silence is what some rules look for. */
const everyMs = 15_000;
/** After an event, so that many at once are one look. */
const soonMs = 1000;
/** A look may take this share of the time at most, however much there is to look at. */
const restShare = 20;

export function createAlerting(deps: AlertingDeps): Alerting {
  const { store, ingest, memo, thresholds, publicUrl, now, complaints } = deps;
  const on = rulesOn(thresholds).map(({ name }) => name);
  const needs = new Set<AlertFactName>(on.flatMap((name) => ruleOf(name).needs ?? []));
  // A disk does not fill faster than every 15 seconds.
  const hasHaste = on.some((name) => name !== 'disk_low' && name !== 'reporter_silent');
  const gather = createFacts(deps);
  const marks = createMarks({
    ...{ rules: on, store },
    onProblem: (error) => complaints.raise('alerts', messageOf(error)),
  });
  const targets = createTargets(deps.targets, { publicUrl });
  const memory: AlertMemory = readMemory(memo);
  const outbox = createOutbox({
    ...{ targets, save, now, deliveries: () => memory.outbox },
    failed: (kind, problem) => complaints.raise(`alerts by ${kind}`, problem),
    worked: (kind) => complaints.settle(`alerts by ${kind}`),
    ...(deps.firstRetryMs !== undefined && { firstRetryMs: deps.firstRetryMs }),
  });
  let isStopped = false;
  let recalled: Promise<void> | undefined;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let tiredUntil = 0;

  async function save(): Promise<void> {
    const text = JSON.stringify(memory);
    if (text !== memo.get()) await memo.set(text);
  }

  async function lookNow(): Promise<void> {
    if (isStopped) return;
    recalled ??= marks.recall(now());
    await recalled;
    const at = now();
    const startedAt = performance.now();
    const facts = await gather(needs, at);
    const findings = judgeAlerts(facts, marks.at(at), thresholds, (name, error) =>
      complaints.raise(`alert ${name}`, messageOf(error)),
    );
    tiredUntil = performance.now() + (performance.now() - startedAt) * restShare;
    if (isStopped) return;
    const { state, words } = stepAlerts(memory.state, findings, at);
    memory.state = state;
    const messages = words.map(alertMessage);
    for (const { status, rule } of words) if (status === 'firing') memory.lastFired[rule] = new Date(at).toISOString();
    memory.unsaid.push(...messages);
    if (messages.length > 0) outbox.put(messages);
    // Noted first: what a crash leaves unsaid is said after the start, and the store knows it if it was said.
    await save();
    await say();
    outbox.kick();
  }

  async function say(): Promise<void> {
    if (memory.unsaid.length === 0) return;
    const alerts: readonly AlertMessage[] = [...memory.unsaid];
    const context = { id: 'alerts', receivedAt: new Date(now()).toISOString() };
    await ingest.alerts(Buffer.from(JSON.stringify({ alerts })), context);
    memory.unsaid.splice(0, alerts.length);
    await save();
  }

  function look(): Promise<void> {
    looking = looking
      .then(lookNow)
      .then(() => complaints.settle('alerts'))
      .catch((error: unknown) => void (isStopped || complaints.raise('alerts', messageOf(error))));
    return looking;
  }

  /** At most one look waits, the nearest that anybody asked for. */
  function plan(inMs: number): void {
    const at = performance.now() + inMs;
    if (isStopped || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      void look().then(() => plan(everyMs));
    }, inMs).unref();
  }

  return {
    hear(events) {
      marks.hear(events);
      // What it says itself is no reason to look again.
      if (!hasHaste || events.every(({ source }) => source === 'alert')) return;
      plan(Math.max(soonMs, tiredUntil - performance.now()));
    },
    look,

    view: () =>
      alertsView({
        ...{ store, memory, thresholds, now: now() },
        targets: alertTargetKinds.map((kind) => ({
          ...{ kind, isOn: targets.some((target) => target.kind === kind), variable: targetVariables[kind] },
          ...outbox.view(kind),
        })),
      }),

    wordsNow: (fingerprint) => wordsNow(memory)(fingerprint),

    async test() {
      const alerts = [testAlert(now())];
      const id = `test-${now()}`;
      const sent = targets.map(async ({ kind, send }) => {
        try {
          await send({ id, alerts, isTest: true });
          return { kind, ok: true };
        } catch (error) {
          return { kind, ok: false, problem: problemOf(error) };
        }
      });
      return { sent: await Promise.all(sent) };
    },

    start() {
      plan(soonMs);
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
      await outbox.stop();
    },
  };
}
