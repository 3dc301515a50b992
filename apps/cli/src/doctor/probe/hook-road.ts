import { eventPageSchema, sessionSchema } from '@telltale/core';
import type { Service } from '../../service.ts';
import { type Finding, failed, ok, skipped } from '../finding.ts';
import type { Machine } from '../machine.ts';
import { type HookRun, runHook } from './hook-run.ts';
import { type LiveEar, listenFor } from './live-ear.ts';
import { quietly } from './quietly.ts';
import { findSpooled, type Spooled } from './spool-look.ts';
import { waitUntil } from './wait.ts';

export type HookHop = 'probe-hook' | 'probe-send' | 'probe-store' | 'probe-live' | 'probe-page';

/** A hook event on its way: spool, service, database, live socket, page. */
export async function followHook(
  machine: Machine,
  session: string,
  patienceMs: number,
): Promise<Record<HookHop, Finding>> {
  const ear = machine.answer.status && (await listenFor(machine.service, session, patienceMs));
  const firedAt = performance.now();
  const sinceMs = () => performance.now() - firedAt;
  const until = () => Date.now() + patienceMs;
  const nothing = (why: string) => ({
    ...{ 'probe-send': skipped(why), 'probe-store': skipped(why) },
    ...{ 'probe-live': skipped(why), 'probe-page': skipped(why) },
  });
  try {
    const { run, isSpooled, left, sentMs, storedMs } = await fire(machine, session, patienceMs, sinceMs);
    const hook = hookFinding(run, isSpooled);
    if (!isSpooled) return { 'probe-hook': hook, ...nothing('There is no event to follow.') };
    if (!machine.answer.status) return { 'probe-hook': hook, ...nothing('No service answers; events wait here.') };
    if (left) return { 'probe-hook': hook, ...nothing('It was not delivered.'), 'probe-send': unsent(left, machine) };
    const sent = { 'probe-hook': hook, 'probe-send': ok('The sender delivered it.', sentMs) };
    if (storedMs === undefined)
      return { ...nothing('The service does not have it.'), ...sent, 'probe-store': elsewhere(machine) };
    return {
      ...{ ...sent, 'probe-store': ok('It is in the database.', storedMs) },
      'probe-live': await heard(ear, machine, firedAt, until()),
      'probe-page': await shown(machine, session, until(), sinceMs),
    };
  } finally {
    ear?.close();
  }
}

/** For what will hardly come any more. */
const shortMs = 3000;

interface Fired {
  run: HookRun;
  /** Whether it was ever seen, here or there. */
  isSpooled: boolean;
  /** Where it still lies. */
  left?: Spooled | undefined;
  /** When it had left the spool, and when the service had it. */
  sentMs?: number | undefined;
  storedMs?: number;
}

async function fire(machine: Machine, session: string, patienceMs: number, sinceMs: () => number): Promise<Fired> {
  const { home, service, hookService, answer } = machine;
  const firedMs = Date.now();
  const run = await runHook(machine, session);
  const look = () => findSpooled(home, session, firedMs);
  let left = look();
  let isSpooled = left !== undefined;
  if (!answer.status) return { run, isSpooled, left };
  let sentMs: number | undefined;
  // A hook writes before it ends, and what has left the spool is stored: where it is in neither, it never was.
  const isComing = isSpooled && (!hookService || (await quietly(hookService.ask('/healthz'))) !== undefined);
  const until = Date.now() + (isComing ? patienceMs : Math.min(patienceMs, shortMs));
  const end = await waitUntil(until, async () => {
    left = look();
    if (!left && isSpooled) sentMs ??= sinceMs();
    if (await hasEvent(service, session)) return { storedMs: sinceMs() };
    const isElsewhere = hookService !== undefined && !left && (await hasEvent(hookService, session));
    isSpooled ||= isElsewhere;
    return left?.isRejected || isElsewhere ? {} : undefined;
  });
  if (end?.storedMs === undefined) return { run, isSpooled, left, sentMs: sentMs ?? sinceMs() };
  return { run, isSpooled: true, sentMs: sentMs ?? end.storedMs, storedMs: end.storedMs };
}

async function heard(
  ear: LiveEar | undefined,
  { service }: Machine,
  firedAt: number,
  untilMs: number,
): Promise<Finding> {
  const heardAt = ear?.problem === undefined ? await waitUntil(untilMs, () => ear?.heardAt()) : undefined;
  if (heardAt !== undefined) return ok('The live socket told it.', heardAt - firedAt);
  return failed(
    `${service.url}/live did not tell it${ear?.problem ? `: ${ear.problem}` : ''}.`,
    'A proxy in front has to pass WebSockets on (Upgrade), and TELLTALE_ALLOWED_HOSTS has to name its host.',
  );
}

async function shown(machine: Machine, session: string, untilMs: number, sinceMs: () => number): Promise<Finding> {
  const ms = await waitUntil(untilMs, async () =>
    (await quietly(machine.service.get(`/api/sessions/${session}`, sessionSchema))) ? sinceMs() : undefined,
  );
  if (ms !== undefined) return ok('The page’s API shows its session.', ms);
  return failed('The page’s API does not have the session.', 'Start the service again, and look at its log.');
}

function hookFinding(run: HookRun, isSpooled: boolean): Finding {
  if (isSpooled) return ok(`The hook left its event in the spool (${run.by}).`, run.ms);
  return failed(
    `The hook wrote nothing (${run.by})${run.problem ? `: ${run.problem}` : ''}.`,
    'See the checks hooks-allowed, hook-scripts, destination and disk; the folder ~/.telltale has to be yours.',
  );
}

function unsent({ url, isRejected, folder }: Spooled, { service, self }: Machine): Finding {
  if (isRejected)
    return failed(
      `${url} refused the event for good.`,
      `${folder}/rejected has it. Are hooks and service of one version?`,
    );
  if (url !== service.url)
    return failed(`The event waits for ${url}, where nobody takes it.`, 'See the check destination.');
  return failed(
    `The event waits in ${folder}: the sender could not deliver it to ${url}.`,
    `It needs curl or node on the client’s PATH, and the token where one is asked for (TELLTALE_TOKEN). ${self} spool flush tries it now.`,
  );
}

function elsewhere({ service }: Machine): Finding {
  return failed(
    `${service.url} does not have what the hook sent.`,
    'See the check destination: hooks may send to another service.',
  );
}

async function hasEvent(service: Service, session: string): Promise<boolean> {
  const page = await quietly(service.get(`/api/events?session=${session}&limit=10`, eventPageSchema));
  return page?.events.some(({ source }) => source === 'hook') === true;
}
