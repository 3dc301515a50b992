import { expect, it } from 'vitest';
import { buildCommand, startTelltale, until } from '../../apps/cli/fixtures/telltale.ts';
import { serviceFor } from '../running-service.ts';

buildCommand();
const service = serviceFor('each test');

async function fire(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const body = JSON.stringify({ session_id: 'a', hook_event_name: 'Stop', cwd: '/home/dev/shop' });
    const answer = await fetch(`${service.current.url}/ingest/hook`, { method: 'POST', body });
    expect(answer.status).toBe(200);
  }
}

it('tail tells each event once, through a restart and a kill of the service', async () => {
  await fire(3);
  const { home, url } = service.current;
  const tail = await startTelltale(['tail', '--json'], { env: { HOME: home, TELLTALE_HOME: home, TELLTALE_URL: url } });
  const seqs = () =>
    tail
      .out()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  await until(() => expect(seqs()).toEqual([1, 2, 3]));

  await service.current.stop();
  await until(() => expect(tail.err()).toContain('the connection is lost; trying again'));
  await service.current.start();
  // Before it is back: these come by replay, or by both.
  await fire(5);
  await until(() => expect(seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]));

  await service.current.kill();
  await service.current.start();
  await fire(2);
  await until(() => expect(seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  expect((await tail.end('SIGINT')).err).toContain('connected again');
});
