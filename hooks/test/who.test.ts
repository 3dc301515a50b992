import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runners, until } from './installs.ts';
import { it, type Stage } from './stage.ts';

const event = (name: string) => JSON.stringify({ session_id: 's1', hook_event_name: name });
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    encoding: 'utf8',
  }).trim();
const remotes = {
  'https://github.com/ada/shop.git': 'github.com/ada/shop',
  'https://ada:se%2Fcret@git.example.org:8443/team/shop.git/?x=1': 'git.example.org/team/shop',
  'git@github.com:ada/shop.git': 'github.com/ada/shop',
  'ssh://git@git.example.org:2222/ada/shop': 'git.example.org/ada/shop',
  '/srv/git/shop.git': undefined,
  'file:///srv/git/shop.git': undefined,
  '../shop': undefined,
};

for (const runner of runners) {
  describe.concurrent(`who and where, in ${runner.name}`, () => {
    async function setUp(stage: Stage, env: Record<string, string> = {}) {
      const server = await stage.serve();
      const install = stage.install(runner, { TELLTALE_URL: server.url, USER: 'ada', ...env });
      const told = async (name: string, project = install.project) => {
        const before = server.events().length;
        await install.fire(name, event(name), { CLAUDE_PROJECT_DIR: project });
        await until(() => server.events().length > before, name);
        const { headers = {} } = server.events().at(-1) ?? {};
        return {
          repo: headers['telltale-repo'],
          commit: headers['telltale-commit'],
          host: headers['telltale-host'],
          user: headers['telltale-user'],
        };
      };
      return { install, told };
    }

    it('the start of a session names the repository, without password, and the commit', async ({ stage }) => {
      const { install, told } = await setUp(stage);
      git(install.project, 'init', '-q', '-b', 'main');
      expect(await told('SessionStart')).toMatchObject({ repo: undefined, commit: undefined });
      git(install.project, 'commit', '-q', '--allow-empty', '-m', 'first');
      const commit = git(install.project, 'rev-parse', 'HEAD');
      git(install.project, 'remote', 'add', 'other', 'https://example.org/other.git');
      git(install.project, 'remote', 'add', 'origin', 'x');
      for (const [remote, repo] of Object.entries(remotes)) {
        git(install.project, 'remote', 'set-url', 'origin', remote);
        expect([remote, await told('SessionStart')]).toMatchObject([remote, { repo, commit }]);
      }
      expect(await told('Stop')).toMatchObject({ repo: undefined, commit: undefined, host: expect.any(String) });
    });

    it('knows them in a folder below, in a worktree, detached, and from packed references', async ({ stage }) => {
      const { install, told } = await setUp(stage);
      const { project } = install;
      git(project, 'init', '-q', '-b', 'main');
      git(project, 'commit', '-q', '--allow-empty', '-m', 'first');
      git(project, 'remote', 'add', 'origin', 'git@github.com:ada/shop.git');
      const first = { repo: 'github.com/ada/shop', commit: git(project, 'rev-parse', 'HEAD') };
      git(project, 'worktree', 'add', '-q', '-b', 'side', '../side');
      const side = join(project, '..', 'side');
      git(side, 'commit', '-q', '--allow-empty', '-m', 'second');
      const second = { ...first, commit: git(side, 'rev-parse', 'HEAD') };
      git(project, 'pack-refs', '--all');
      expect(await told('SessionStart')).toMatchObject(first);
      // The hooks come along, as they do with a checked out `.claude`.
      for (const place of [side, join(project, 'apps', 'web')])
        cpSync(join(project, '.claude'), join(place, '.claude'), { recursive: true });
      expect(await told('SessionStart', side)).toMatchObject(second);
      expect(await told('SessionStart', join(project, 'apps', 'web'))).toMatchObject(first);
      git(project, 'checkout', '-q', '--detach', 'side');
      expect(await told('SessionStart')).toMatchObject(second);
    });

    it('says nothing of it where that is not wanted', async ({ stage }) => {
      const nothing = { repo: undefined, commit: undefined, host: undefined, user: undefined };
      const { install, told } = await setUp(stage);
      git(install.project, 'init', '-q', '-b', 'main');
      git(install.project, 'commit', '-q', '--allow-empty', '-m', 'first');
      mkdirSync(join(install.home, '.telltale'), { recursive: true });
      writeFileSync(join(install.home, '.telltale', 'config.json'), '{\n  "who": "off"\n}\n');
      expect(await told('SessionStart')).toEqual(nothing);
      const told2 = await setUp(stage, { TELLTALE_WHO: 'off' });
      expect(await told2.told('SessionStart')).toEqual(nothing);
    });
  });
}
