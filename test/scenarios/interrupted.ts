import type { Stage } from '../client/stage.ts';
import { hello } from './hello.ts';
import type { Scenario } from './scenario.ts';

// The signal comes while the model thinks about its second answer, after one tool call.
async function interrupt(stage: Stage, signal: NodeJS.Signals): Promise<void> {
  const prompt = stage.prompt('Take your time.', [
    { say: 'Looking.', calls: [{ name: 'Bash', input: { command: 'ls', description: 'Look' } }] },
    { say: 'Too late.', holdMs: 8_000 },
  ]);
  const claude = stage.start(prompt);
  await stage.api.reached('turn-1', 1);
  claude.kill(signal);
  await claude.done;
}

const untilThen = {
  SessionStart: 1,
  UserPromptSubmit: 1,
  MessageDisplay: 1,
  PreToolUse: 1,
  PostToolUse: 1,
  PostToolBatch: 1,
};

export const terminated: Scenario = {
  name: 'terminated',
  about: 'SIGTERM in the middle of a turn: no Stop, but a SessionEnd',
  isAlikeInOld: true,
  play: (stage) => interrupt(stage, 'SIGTERM'),
  fires: { ...untilThen, SessionEnd: 1 },
};

export const killed: Scenario = {
  name: 'killed',
  about: 'SIGKILL in the middle of a turn: nothing more is heard, until the next session',
  async play(stage) {
    await interrupt(stage, 'SIGKILL');
    await hello.play(stage);
  },
  fires: { ...untilThen, SessionStart: 2, UserPromptSubmit: 2, MessageDisplay: 2, Stop: 1, SessionEnd: 1 },
};
