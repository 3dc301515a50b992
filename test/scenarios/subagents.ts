import { marker } from '../client/api/script.ts';
import type { Stage } from '../client/stage.ts';
import type { Scenario } from './scenario.ts';

/** Scripts two helpers; the second one stumbles. The Agent tool's prompt carries a marker of its own. */
function scriptHelpers(stage: Stage): { scout: string; builder: string } {
  const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'Look' } });
  stage.api.play('scout', [{ calls: [bash('echo one'), bash('echo two')] }, { say: 'The scout saw one and two.' }]);
  stage.api.play('builder', [
    { calls: [{ name: 'Read', input: { file_path: `${stage.world.project}/plan.md` } }] },
    { calls: [bash('exit 7')] },
    { say: 'The builder failed once.' },
  ]);
  stage.world.write('plan.md', '# Plan\n');
  return { scout: `${marker('scout')} Look around.`, builder: `${marker('builder')} Build it.` };
}

const agent = (description: string, prompt: string, inBackground: boolean) => ({
  name: 'Agent',
  input: { description, prompt, subagent_type: 'general-purpose', run_in_background: inBackground },
});

export const parallelSubagents: Scenario = {
  name: 'parallel-subagents',
  about: 'two subagents at once, in the foreground',
  async play(stage) {
    const { scout, builder } = scriptHelpers(stage);
    await stage.run(
      stage.prompt('Have two helpers look at it.', [
        { say: 'Sending two.', calls: [agent('Scout', scout, false), agent('Build', builder, false)] },
        { say: 'Both are back.' },
      ]),
    );
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 2, Stop: 1, SessionEnd: 1 },
    ...{ SubagentStart: 2, SubagentStop: 2 },
    ...{ PreToolUse: 6, PostToolUse: 5, PostToolUseFailure: 1, PostToolBatch: 4 },
  },
};

export const backgroundSubagent: Scenario = {
  name: 'background-subagent',
  about: 'a subagent in the background, whose end arrives as a prompt',
  async play(stage) {
    const { scout } = scriptHelpers(stage);
    await stage.run(
      stage.prompt('Send somebody ahead.', [
        { calls: [agent('Scout', scout, true)] },
        { say: 'Somebody is on the way.' },
        { say: 'The scout is back.' },
      ]),
    );
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 2, MessageDisplay: 2, Stop: 2, SessionEnd: 1 },
    ...{ SubagentStart: 1, SubagentStop: 1, PreToolUse: 3, PostToolUse: 3, PostToolBatch: 2 },
  },
};
