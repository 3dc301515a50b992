import type { Scenario } from './scenario.ts';

export const tools: Scenario = {
  name: 'tools',
  about: 'each kind of tool, two of them failing',
  async play(stage) {
    const greet = stage.world.write('greet.js', "export const greeting = 'Hello';\n");
    const notes = stage.world.folder; // outside the project, absolute as the client wants it
    await stage.run(
      stage.prompt('Make the greeting friendlier.', [
        { say: 'Looking around.', calls: [{ name: 'Bash', input: { command: 'ls', description: 'List files' } }] },
        { calls: [{ name: 'Bash', input: { command: 'echo broken; exit 3', description: 'Run the tests' } }] },
        { calls: [{ name: 'Read', input: { file_path: greet } }] },
        {
          calls: [
            { name: 'Edit', input: { file_path: greet, old_string: 'Hello', new_string: 'Dear', replace_all: false } },
          ],
        },
        { calls: [{ name: 'Write', input: { file_path: `${notes}/notes.md`, content: '# Notes\n\nFriendlier.\n' } }] },
        { calls: [{ name: 'Read', input: { file_path: `${notes}/missing.md` } }] },
        { say: 'It greets more warmly now.' },
      ]),
    );
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 2, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 6, PostToolUse: 4, PostToolUseFailure: 2, PostToolBatch: 6 },
  },
};

export const longSession: Scenario = {
  name: 'long-session',
  about: '40 tool calls, for measuring what hooks cost',
  isAlikeInOld: true,
  async play(stage) {
    const calls = Array.from({ length: 40 }, (_, n) => ({
      calls: [{ name: 'Bash', input: { command: `echo ${n}`, description: `Say ${n}` } }],
    }));
    await stage.run(stage.prompt('Count.', [...calls, { say: 'Counted.' }]));
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 40, PostToolUse: 40, PostToolBatch: 40 },
  },
};

export const badCalls: Scenario = {
  name: 'bad-calls',
  about: 'calls that never run: an unknown tool, bad input, an Edit of a missing file; only the batch tells of them',
  async play(stage) {
    const missing = `${stage.world.project}/missing.js`;
    await stage.run(
      stage.prompt('Try the impossible.', [
        { calls: [{ name: 'Teleport', input: { to: 'the moon' } }] },
        { calls: [{ name: 'Read', input: { path: 'not-the-right-key' } }] },
        { calls: [{ name: 'Edit', input: { file_path: missing, old_string: 'a', new_string: 'b' } }] },
        { say: 'That did not work.' },
      ]),
    );
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    PostToolBatch: 3,
  },
};
