import { failing, type Step } from '../client/api/script.ts';
import type { Scenario } from './scenario.ts';

const look = { calls: [{ name: 'Bash', input: { command: 'ls', description: 'Look' } }] };
const whole = { SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 };
const broken = { SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, StopFailure: 1, SessionEnd: 1 };

export const apiErrorsRetried: Scenario = {
  name: 'api-errors-retried',
  about: '529, 429 and 500, each retried until it works',
  async play(stage) {
    const steps: Step[] = [
      { ...look, say: 'Looking.', faults: [...failing(529), ...failing(429)] },
      { say: 'Done.', faults: failing(500) },
    ];
    await stage.run(stage.prompt('Keep trying.', steps));
  },
  fires: { ...whole, MessageDisplay: 2, PreToolUse: 1, PostToolUse: 1, PostToolBatch: 1 },
};

export const apiErrorsExhausted: Scenario = {
  name: 'api-errors-exhausted',
  about: 'an API that stays overloaded: the turn ends by StopFailure',
  isAlikeInOld: true,
  async play(stage) {
    const prompt = stage.prompt('Try for ever.', [{ say: 'Never said.', faults: failing(529, 50) }]);
    await stage.run(prompt, { env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
  },
  unawaited: ['StopFailure'],
  fires: broken,
};

export const apiErrorRefused: Scenario = {
  name: 'api-error-400',
  about: 'a request the API calls invalid: nothing to retry',
  isAlikeInOld: true,
  async play(stage) {
    const prompt = stage.prompt('Ask wrongly.', [{ say: 'Never said.', faults: failing(400, 50) }]);
    await stage.run(prompt, { env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
  },
  unawaited: ['StopFailure'],
  fires: broken,
};

export const cutStream: Scenario = {
  name: 'cut-stream',
  about: 'an answer that breaks off in the middle and is asked for again',
  async play(stage) {
    await stage.run(stage.prompt('Say it twice.', [{ say: 'A rather long answer.', faults: [{ cut: true }] }]));
  },
  fires: whole,
};

export const refusal: Scenario = {
  name: 'refusal',
  about: 'the model refuses; today’s client asks once more, the old one gives up',
  async play(stage) {
    const refuses: Step = { say: 'I cannot help with that.', refuses: true };
    await stage.run(stage.prompt('Do harm.', [refuses, refuses, refuses, refuses]));
  },
  unawaited: ['StopFailure'],
  fires: (age) => ({ ...broken, MessageDisplay: age === 'new' ? 3 : 2 }),
};
