import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A home, a project and an environment made from nothing, so that nothing of this machine leaks into a session. */
export interface World {
  folder: string;
  home: string;
  project: string;
  env: Record<string, string>;
  write(path: string, text: string): string;
  remove(): Promise<void>;
}

export function createWorld(apiUrl: string, projectName = 'shop'): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'telltale-world-')));
  const home = join(folder, 'home');
  const project = join(folder, projectName);
  mkdirSync(project, { recursive: true });
  mkdirSync(home);
  writeFileSync(join(home, '.claude.json'), JSON.stringify(onboarded(project)));
  return {
    folder,
    home,
    project,
    env: {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      IS_SANDBOX: '1', // allows bypassing permissions as root, as in a container
      ANTHROPIC_API_KEY: dummyKey,
      ANTHROPIC_BASE_URL: apiUrl,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    },
    write(path, text) {
      const full = join(project, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
      return full;
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const dummyKey = ['test', 'key', 'of', 'nobody'].join('-');

// Answers the dialogs of a first interactive start: welcome, theme, the key, trust in the folder.
function onboarded(project: string) {
  return {
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [dummyKey.slice(-20)], rejected: [] },
    projects: { [project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] } },
  };
}
