import { createStage, type Stage, type StageOptions } from './client/stage.ts';
import { type Install, installs } from './installs.ts';
import type { Service } from './service.ts';
import { drained } from './spool.ts';
import { waitFor } from './wait.ts';

export interface SystemOptions extends StageOptions {
  service: Service;
  /** In this order; none where a test installs by itself. */
  install?: Install[];
  /** Where the hooks send, if that is not the service itself. */
  url?: string;
}

/** A stage whose client has Telltale's hooks and knows where the service is. */
export async function createConnectedStage({
  service,
  install = ['copied'],
  url,
  ...options
}: SystemOptions): Promise<Stage> {
  const env = { TELLTALE_HOME: service.home, TELLTALE_URL: url ?? service.url, ...options.env };
  const stage = await createStage({ ...options, env });
  for (const way of install) await installs[way](stage);
  return stage;
}

/** Waits until everything the client fired has left the spool, and the witness has written what it saw. */
export async function delivered(stage: Stage, service: Service): Promise<void> {
  await waitFor('the witness', () => stage.recorder.isQuiet());
  await drained(service.home);
}
