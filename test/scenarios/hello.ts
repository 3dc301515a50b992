import type { Scenario } from './scenario.ts';

export const hello: Scenario = {
  name: 'hello',
  about: 'one prompt, one answer',
  async play(stage) {
    await stage.run(stage.prompt('Say hello.', [{ say: 'Hello.' }]));
  },
  fires: { SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
};
