import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../service.ts';

/** Kills the service and starts it, so often, at another moment of its work each time. */
export async function killAgain(service: Service, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await sleep(50 + ((n * 97) % 200));
    await service.kill();
    await service.start();
  }
}
