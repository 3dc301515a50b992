import { expect, it } from 'vitest';
import { selfOf } from './context.ts';

const npx = { npm_command: 'exec', npm_config_local_prefix: '/home/ada/telltale' };

it.each([
  ['as a command that is installed', {}, '/home/ada/shop', 'telltale'],
  ['in the clone', npx, '/home/ada/telltale', 'npx telltale'],
  ['below it', npx, '/home/ada/telltale/docs', 'npx telltale'],
  ['from a project, where npm would look elsewhere', npx, '/home/ada/shop', 'npx --prefix /home/ada/telltale telltale'],
  ['beside a clone of a similar name', npx, '/home/ada/telltale-2', 'npx --prefix /home/ada/telltale telltale'],
])('hints name the command %s so that it works there', (_, env, cwd, self) => {
  expect(selfOf(env, cwd)).toBe(self);
});
