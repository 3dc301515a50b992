import type { Step } from '../client/api/script.ts';
import type { Scenario } from './scenario.ts';

const look: Step[] = [{ calls: [{ name: 'Bash', input: { command: 'ls', description: 'Look' } }] }, { say: 'Looked.' }];

export const resumed: Scenario = {
  name: 'resumed',
  about: 'one conversation over three processes: fresh, --resume and --continue',
  async play(stage) {
    const first = await stage.run(stage.prompt('First.', look));
    await stage.run(stage.prompt('Second.', [{ say: 'Two.' }]), { args: ['--resume', String(first.sessionId)] });
    await stage.run(stage.prompt('Third.', look), { args: ['--continue'] });
  },
  fires: {
    ...{ SessionStart: 3, UserPromptSubmit: 3, MessageDisplay: 3, Stop: 3, SessionEnd: 3 },
    ...{ PreToolUse: 2, PostToolUse: 2, PostToolBatch: 2 },
  },
};

export const forked: Scenario = {
  name: 'forked',
  about: 'a conversation that goes on under a new id, its rows copied with their uuids',
  async play(stage) {
    const first = await stage.run(stage.prompt('First.', look));
    const fork = ['--resume', String(first.sessionId), '--fork-session'];
    await stage.run(stage.prompt('Another way.', [{ say: 'Forked.' }]), { args: fork });
  },
  fires: {
    ...{ SessionStart: 2, UserPromptSubmit: 2, MessageDisplay: 2, Stop: 2, SessionEnd: 2 },
    ...{ PreToolUse: 1, PostToolUse: 1, PostToolBatch: 1 },
  },
};

export const compacted: Scenario = {
  name: 'compacted',
  about: '/compact between two turns: a SubagentStop without a start',
  async play(stage) {
    const first = await stage.run(stage.prompt('Before.', look));
    const resume = { args: ['--resume', String(first.sessionId)] };
    await stage.run('/compact', resume);
    await stage.run(stage.prompt('After.', [{ say: 'Still here.' }]), resume);
  },
  fires: {
    ...{ SessionStart: 4, UserPromptSubmit: 2, MessageDisplay: 2, Stop: 2, SessionEnd: 3 },
    ...{ PreToolUse: 1, PostToolUse: 1, PostToolBatch: 1, PreCompact: 1, PostCompact: 1, SubagentStop: 1 },
  },
};

export const worktree: Scenario = {
  name: 'worktree',
  about: 'a session in a git worktree, which belongs to its main repository',
  needs: 'git',
  async play(stage) {
    const tree = `${stage.world.folder}/shop-fix-limits`;
    const git = (...args: string[]) => stage.execute('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
    stage.world.write('README.md', '# Shop\n');
    await git('init', '-q', '-b', 'main');
    await git('add', '.');
    await git('commit', '-q', '-m', 'first');
    await git('worktree', 'add', '-q', '-b', 'fix-limits', tree);
    await stage.run(stage.prompt('Fix the limits.', look), { cwd: tree });
  },
  fires: {
    ...{ SessionStart: 1, UserPromptSubmit: 1, MessageDisplay: 1, Stop: 1, SessionEnd: 1 },
    ...{ PreToolUse: 1, PostToolUse: 1, PostToolBatch: 1 },
  },
};
