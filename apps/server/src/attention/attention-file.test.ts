import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder, testService, until } from '../../fixtures/test-service.ts';

const ask = { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'rm -rf dist' } };
const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString();

async function served(home = testFolder()) {
  const service = await testService({ home });
  const file = join(home, 'attention');
  let made = 0;
  return {
    ...service,
    file,
    fire: async (session: string, name: string, secondsAgo: number, headers: Record<string, string> = {}) => {
      const sent = await service.post(
        '/ingest/hook',
        { session_id: session, cwd: '/x', hook_event_name: name, ...ask },
        {
          'telltale-event-id': `${session}-${made++}`,
          'telltale-at': at(secondsAgo),
          'telltale-app': session,
          ...headers,
        },
      );
      expect(sent.status).toBe(200);
    },
    lines: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(1) : undefined),
  };
}
const names = (lines: string[] | undefined) => lines?.map((line) => line.replace(/^\d+ /, ''));

describe('the file of who waits', () => {
  it('names who waits, the longest first, and is gone when nobody does', async () => {
    const service = await served();
    await service.fire('web', 'PermissionRequest', 20);
    await service.fire('api', 'PermissionRequest', 300);
    await until(() => expect(names(service.lines())).toEqual(['api api', 'web web']));
    expect(Number(service.lines()?.[0]?.split(' ')[0])).toBeCloseTo(Date.now() / 1000 - 300, -2);
    await service.fire('api', 'PostToolUse', 1);
    await until(() => expect(names(service.lines())).toEqual(['web web']));
    await service.fire('web', 'SessionEnd', 0);
    await until(() => expect(service.lines()).toBeUndefined());
  });

  it('is there again after a restart, and not while the service is away', async () => {
    const home = testFolder();
    const first = await served(home);
    await first.fire('api', 'PermissionRequest', 10);
    await until(() => expect(names(first.lines())).toEqual(['api api']));
    await first.close(1000);
    expect(existsSync(first.file)).toBe(false);
    const second = await served(home);
    expect(names(second.lines())).toEqual(['api api']);
  });

  it('leaves out who waits for somebody else on another machine, and says no orders to a terminal', async () => {
    const service = await served();
    await service.fire('theirs', 'PermissionRequest', 60, {
      'telltale-user': 'somebody',
      'telltale-host': 'elsewhere',
    });
    const name = Buffer.from('a\u009bb  c\u2028d').toString('latin1');
    await service.fire('mine', 'PermissionRequest', 30, { 'telltale-host': 'elsewhere', 'telltale-app': name });
    await until(() => expect(names(service.lines())).toEqual(['mine a b c d']));
  });
});
