import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './client/stage.ts';
import { root } from './service.ts';

const hooks = join(root, 'hooks');

/** The ways a user installs the hooks, as the README tells them. */
export const installs = {
  /** `cp -R hooks/.claude <project>/` */
  copied: async (stage: Stage) =>
    cpSync(join(hooks, '.claude'), join(stage.world.project, '.claude'), { recursive: true }),
  /** `npm run connect -- <project>` */
  connected: async (stage: Stage) => void (await connect(stage, stage.world.project)),
  /** `npm run connect -- --global` */
  global: async (stage: Stage) => void (await connect(stage, '--global')),
} as const;

export type Install = keyof typeof installs;

/** The arguments that load the hooks as a plugin. */
export const pluginArgs = ['--plugin-dir', hooks];

export const connect = (stage: Stage, ...args: string[]): Promise<string> =>
  stage.execute(process.execPath, [join(hooks, 'connect.mjs'), ...args]);

/** The hook events our settings register: what the witness saw of others is nobody's loss. */
export function registeredEvents(): Set<string> {
  const settings = JSON.parse(readFileSync(join(hooks, '.claude', 'settings.json'), 'utf8')) as { hooks: object };
  return new Set(Object.keys(settings.hooks));
}
