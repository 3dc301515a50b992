import { setTimeout as sleep } from 'node:timers/promises';
import { pointPageSchema, spanPageSchema } from '@telltale/core';
import { Problem } from '../../problem.ts';
import { removeFromSpool } from '../../spool.ts';
import { type Finding, ok, warning } from '../finding.ts';
import type { Machine } from '../machine.ts';
import { quietly } from './quietly.ts';
import { findSpooled } from './spool-look.ts';
import { waitUntil } from './wait.ts';

/** Takes the marked session away again, from the spool and from the service. */
export async function removeProbe(machine: Machine, session: string, isLate: boolean): Promise<Finding> {
  const { home, service, answer, self, hookService } = machine;
  const by = `${self} erase --session ${session}`;
  await takeFromSpool(home, session);
  if (!answer.status) return ok('Nothing of the probe is left here.');
  try {
    // What hooks sent to another service, where one answers.
    if (hookService && (await quietly(hookService.ask('/healthz'))))
      await hookService.delete(`/api/sessions/${session}`);
    await service.delete(`/api/sessions/${session}`);
    if ((await service.ask(`/api/sessions/${session}`)).status !== 404)
      return warning(`The session ${session} of the probe came back.`, `${by} removes it.`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return warning(
      `The session ${session} of the probe could not be removed: ${error.message}`,
      `With an admin’s token: ${by}.`,
    );
  }
  if (isLate)
    return warning(
      'Something of the probe is still on its way, and shows its session when it arrives.',
      `Then: ${by}.`,
    );
  const points = await quietly(service.get(`/api/sessions/${session}/points`, pointPageSchema));
  const spans = await quietly(service.get(`/api/sessions/${session}/spans`, spanPageSchema));
  return points?.points.length || spans?.spans.length
    ? ok('Of the probe a metric and a span without a session are left; no total counts them, and they go by age.')
    : ok('Nothing of the probe is left in the service.');
}

/** The hook's detached part may just be giving the file its name: then it is found under that. */
async function takeFromSpool(home: string, session: string): Promise<void> {
  await waitUntil(Date.now() + 2000, async () => {
    removeFromSpool(home, (id) => id === session);
    await sleep(50);
    return findSpooled(home, session, Date.now() - 3_600_000) ? undefined : true;
  });
}
