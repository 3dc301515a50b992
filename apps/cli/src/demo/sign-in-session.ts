import type { tellSession } from './tell-session.ts';
import type { Told } from './told.ts';
import { edited, fileText, printed } from './tool-results.ts';

const minute = 60_000;

/** The session that the README opens: told to its end. */
export const storySession = 'web sign-in';

export function signInFixed(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/web';
  const session = tell({ name: storySession, cwd, branch: 'fix/sign-in', startMs, tmuxPane: '%2' });
  const hookFile = `${cwd}/src/auth/use-session.ts`;
  session.prompt('Users are signed out when they reload the page. Find out why and fix it.');
  session.say("I'll look at how the session is restored on load before I change anything.");
  session.call(
    'Grep',
    { pattern: 'refreshToken', path: `${cwd}/src`, output_mode: 'files_with_matches' },
    {
      ...{ mode: 'files_with_matches', numFiles: 4 },
      filenames: ['use-session.ts', 'token-store.ts', 'api-client.ts', 'use-session.test.ts'].map(
        (file) => `${cwd}/src/auth/${file}`,
      ),
    },
  );
  session.call('Read', { file_path: hookFile }, fileText(hookFile, useSession));
  session.subagent(
    'Explore',
    'Where tokens are read',
    'Find every place that reads or writes the refresh token and say in which order they run on a page load.',
    (agent) => {
      agent.call(
        'Grep',
        { pattern: 'localStorage', path: `${cwd}/src` },
        {
          mode: 'content',
          numFiles: 3,
          filenames: [],
          content: 'src/auth/token-store.ts:11:  localStorage.getItem(key)\nsrc/theme.ts:4:  localStorage.theme',
        },
      );
      agent.call(
        'Read',
        { file_path: `${cwd}/src/auth/token-store.ts` },
        fileText(`${cwd}/src/auth/token-store.ts`, tokenStore),
      );
      agent.fail(
        'Bash',
        { command: 'rg "readToken\\(" src --count-matches', description: 'Count reads' },
        'Exit code 127\n/bin/bash: rg: command not found',
        { ms: 31 },
      );
      agent.call('Bash', { command: 'grep -rn "readToken(" src | wc -l', description: 'Count reads' }, printed('5'));
    },
    'Five reads, all through `token-store.ts`. On load `use-session.ts` runs **before** the store has migrated the old key, so the first read returns nothing.',
  );
  session.say(
    'The hook reads the token before the store has moved it to its new key. The read has to wait for the migration.',
  );
  const [input, answer] = edited(
    hookFile,
    "  const token = readToken('refresh');\n  if (!token) return signOut();",
    "  await migrateTokens();\n  const token = readToken('refresh');\n  if (!token) return signOut('no-token');",
    { before: 'export async function restoreSession() {', after: '  return refresh(token);', line: 14 },
  );
  session.call('Edit', input, answer);
  session.fail('Bash', { command: 'npm test -- src/auth', description: 'Run the auth tests' }, failedTest, {
    ms: 3_240,
  });
  session.say('One test expects `signOut` without a reason. That is the old contract, so the test moves with it.');
  const testFile = `${cwd}/src/auth/use-session.test.ts`;
  const [testInput, testAnswer] = edited(
    testFile,
    '  expect(signOut).toHaveBeenCalledWith();',
    "  expect(signOut).toHaveBeenCalledWith('no-token');",
    {
      before: "it('signs out when there is no token', async () => {\n  await restoreSession();",
      after: '});',
      line: 31,
    },
  );
  session.call('Edit', testInput, testAnswer);
  session.call('Bash', { command: 'npm test -- src/auth', description: 'Run the auth tests' }, printed(passedTest), {
    ms: 2_910,
  });
  session.stop(
    'Fixed. `restoreSession` now waits for `migrateTokens()`, so a token saved under the old key is found on the first load.\n\n- `src/auth/use-session.ts`: the wait, and a reason for `signOut`\n- `src/auth/use-session.test.ts`: expects that reason\n\nAll 18 auth tests pass.',
  );
  session.pass(2.2 * minute);
  session.prompt('Good. Add a test for a page load with only the old key, then commit.');
  const [caseInput, caseAnswer] = edited(testFile, '', migrationTest, { before: '});', after: '', line: 34 });
  session.call('Edit', caseInput, caseAnswer, { say: 'One test for the case that broke.' });
  session.call(
    'Bash',
    { command: 'npm test -- src/auth', description: 'Run the auth tests' },
    printed(passedTest.replaceAll('18', '19')),
    { ms: 3_050 },
  );
  const commit = {
    command: "git commit -am 'fix(auth): restore sessions saved under the old key'",
    description: 'Commit',
  };
  const asked = session.ask('Bash', commit);
  session.allow(
    asked,
    'Bash',
    commit,
    printed(
      '[fix/sign-in 4be21c7] fix(auth): restore sessions saved under the old key\n 2 files changed, 14 insertions(+), 3 deletions(-)',
    ),
    42_000,
    180,
  );
  session.stop('Committed as `4be21c7`: the fix and a test for a load with only the old key.');
  session.pass(40_000);
  session.end();
  return session;
}

const useSession = `import { migrateTokens, readToken } from './token-store.ts';
import { refresh, signOut } from './api-client.ts';

export async function restoreSession() {
  const token = readToken('refresh');
  if (!token) return signOut();
  return refresh(token);
}
`;

const tokenStore = `const prefix = 'app.v2.';

export function readToken(name: string): string | null {
  return localStorage.getItem(prefix + name);
}
`;

const failedTest = `Exit code 1
 \u001b[31mFAIL\u001b[39m  src/auth/use-session.test.ts > signs out when there is no token
AssertionError: expected "signOut" to be called with arguments: []
Received: [ 'no-token' ]

 Test Files  1 failed | 3 passed (4)
      Tests  1 failed | 17 passed (18)`;

const passedTest = ` \u001b[32m✓\u001b[39m src/auth/token-store.test.ts (6 tests)
 \u001b[32m✓\u001b[39m src/auth/use-session.test.ts (12 tests)

 Test Files  2 passed (2)
      Tests  18 passed (18)`;

const migrationTest = `
it('finds a token that is still under the old key', async () => {
  localStorage.setItem('token', 'saved-by-v1');
  await restoreSession();
  expect(refresh).toHaveBeenCalledWith('saved-by-v1');
});`;
