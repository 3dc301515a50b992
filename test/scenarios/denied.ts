import type { Scenario } from './scenario.ts';

export const denied: Scenario = {
  name: 'denied',
  about: 'a call denied by rule, one denied because -p cannot ask, one allowed by rule',
  settings: { permissions: { deny: ['Bash(rm *)'], allow: ['Bash(touch *)'] } },
  async play(stage) {
    const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'Try' } });
    await stage.run(
      stage.prompt('Try some things.', [
        { calls: [bash('rm -rf build')] },
        { calls: [{ name: 'Write', input: { file_path: `${stage.world.project}/a.txt`, content: 'a\n' } }] },
        { calls: [bash('touch b.txt')] },
        { say: 'One of three.' },
      ]),
      { permissionMode: 'default' },
    );
  },
  fires: (age) => ({
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 3, PostToolUse: 1, PostToolBatch: 3 },
    ...(age === 'new' ? { PermissionRequest: 1 } : {}),
  }),
};
