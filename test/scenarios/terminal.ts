import { failing } from '../client/api/script.ts';
import type { Terminal } from '../client/terminal.ts';
import type { Scenario } from './scenario.ts';

// What the client's screen shows, in both versions.
export const isReady = /\? for shortcuts|Try "/;
export const asksPermission = /Do you want to|❯ 1\. Yes/;

export const permissionAnswered: Scenario = {
  name: 'permission-answered',
  about: 'by hand: one permission given, one refused by Esc, and a turn after that',
  needs: 'tmux',
  async play(stage) {
    const file = `${stage.world.project}/asked.txt`;
    const terminal = await stage.open({ permissionMode: 'default' });
    await terminal.see(isReady);
    await terminal.say(
      stage.prompt('Do something that needs a yes.', [
        { say: 'May I?', calls: [{ name: 'Write', input: { file_path: file, content: 'yes\n' } }] },
        { say: 'Written.' },
      ]),
    );
    await terminal.see(asksPermission);
    await terminal.press('Enter');
    await terminal.see(/Written\./);
    await terminal.say(
      stage.prompt('Something I will refuse.', [
        { calls: [{ name: 'Bash', input: { command: 'touch never.txt', description: 'Touch' } }] },
      ]),
    );
    await terminal.see(asksPermission);
    await terminal.press('Escape');
    await terminal.see(/Interrupted|What should Claude do instead/);
    await terminal.say(stage.prompt('Just talk.', [{ say: 'Talking only.' }]));
    await terminal.see(/Talking only\./);
    await leave(terminal);
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 3, MessageDisplay: 3, Stop: 2, SessionEnd: 1 },
    ...{ PreToolUse: 2, PermissionRequest: 2, PostToolUse: 1, PostToolBatch: 1 },
  },
};

export const question: Scenario = {
  name: 'question',
  about: 'AskUserQuestion, answered with the second option',
  isAlikeInOld: true,
  needs: 'tmux',
  async play(stage) {
    const terminal = await stage.open({ permissionMode: 'default' });
    await terminal.see(isReady);
    const options = ['Red', 'Blue'].map((label) => ({ label, description: `Paint it ${label.toLowerCase()}` }));
    const questions = [{ question: 'Which colour?', header: 'Colour', options, multiSelect: false }];
    await terminal.say(
      stage.prompt('Ask me.', [{ calls: [{ name: 'AskUserQuestion', input: { questions } }] }, { say: 'Painted.' }]),
    );
    await terminal.see(/Which colour\?[\s\S]*Red/);
    await terminal.press('Down');
    await terminal.press('Enter');
    await terminal.see(/Painted\./);
    await leave(terminal);
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 1, PermissionRequest: 1, PostToolUse: 1, PostToolBatch: 1 },
  },
};

export const failedTurn: Scenario = {
  name: 'failed-turn',
  about: 'a turn that the API ends, in a client that stays: StopFailure, then a turn that works',
  isAlikeInOld: true,
  needs: 'tmux',
  async play(stage) {
    const terminal = await stage.open({ permissionMode: 'default', env: { CLAUDE_CODE_MAX_RETRIES: '0' } });
    await terminal.see(isReady);
    await terminal.say(stage.prompt('Fail.', [{ say: 'Never said.', faults: failing(529, 50) }]));
    await stage.fired('StopFailure', 1);
    await terminal.say(stage.prompt('Again.', [{ say: 'It works again.' }]));
    await terminal.see(/It works again\./);
    await leave(terminal);
  },
  fires: { SessionStart: 1, UserPromptSubmit: 2, MessageDisplay: 1, StopFailure: 1, Stop: 1, SessionEnd: 1 },
};

export const cleared: Scenario = {
  name: 'cleared',
  about: '/clear: the session ends and another begins in the same process',
  isAlikeInOld: true,
  needs: 'tmux',
  async play(stage) {
    const terminal = await stage.open({ permissionMode: 'default' });
    await terminal.see(isReady);
    await terminal.say(stage.prompt('Before.', [{ say: 'Said before.' }]));
    await terminal.see(/Said before\./);
    await terminal.say('/clear');
    await stage.fired('SessionStart', 2);
    await terminal.say(stage.prompt('After.', [{ say: 'Said after.' }]));
    await terminal.see(/Said after\./);
    await leave(terminal);
  },
  fires: { SessionStart: 2, UserPromptSubmit: 2, MessageDisplay: 2, Stop: 2, SessionEnd: 2 },
};

async function leave(terminal: Terminal): Promise<void> {
  await terminal.say('/exit');
  await terminal.left();
}
