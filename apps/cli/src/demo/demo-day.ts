import { signInFixed } from './sign-in-session.ts';
import { tellSession } from './tell-session.ts';
import type { SessionTeller, Told } from './told.ts';
import { edited, fileText, printed } from './tool-results.ts';

export { storySession } from './sign-in-session.ts';

const minute = 60_000;

/** A forenoon of one developer with seven agents, ending now: what the screenshots of the README show. */
export function demoDay(nowMs: number, tell = tellSession): Told[] {
  return [
    signInFixed(nowMs - 41 * minute, tell),
    terraformPlan(nowMs - 26 * minute, tell),
    searchIndex(nowMs - 17 * minute, tell),
    rateLimits(nowMs - 9.4 * minute, tell),
    darkTheme(nowMs - 6 * minute, tell),
    brokenLinks(nowMs - 4.5 * minute, tell),
    flakyCheckout(nowMs - 5.2 * minute, tell),
  ];
}

function terraformPlan(startMs: number, tell: typeof tellSession): Told {
  const session = tell({
    name: 'infra plan',
    cwd: '/home/ada/code/infra',
    branch: 'main',
    startMs,
    terminal: 'vscode',
  });
  session.prompt('Which resources would the pending plan replace?');
  session.call(
    'Bash',
    { command: 'terraform plan -no-color | tail -40', description: 'Read the plan' },
    printed('Plan: 1 to add, 2 to change, 0 to destroy.'),
    { ms: 8_400 },
  );
  session.call(
    'Read',
    { file_path: '/home/ada/code/infra/network.tf' },
    fileText('/home/ada/code/infra/network.tf', 'resource "aws_subnet" "private" {\n  count = 3\n}\n'),
  );
  session.stop('None. One subnet is added and two security groups change in place.');
  session.end();
  return session;
}

function searchIndex(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/docs';
  const session = tell({ name: 'docs search', cwd, branch: 'search', startMs, tmuxPane: '%7' });
  session.prompt('Build the search index at deploy time instead of in the browser');
  session.call(
    'Glob',
    { pattern: 'scripts/**/*.mjs' },
    {
      filenames: [`${cwd}/scripts/build.mjs`, `${cwd}/scripts/check-links.mjs`],
      numFiles: 2,
      durationMs: 8,
      truncated: false,
    },
  );
  session.call(
    'Write',
    { file_path: `${cwd}/scripts/build-index.mjs`, content: indexScript },
    { type: 'create', filePath: `${cwd}/scripts/build-index.mjs`, content: indexScript, structuredPatch: [] },
  );
  session.call(
    'Bash',
    { command: 'node scripts/build-index.mjs', description: 'Build the index' },
    printed('412 pages, 1.3 MB, 840 ms'),
    { ms: 1_120 },
  );
  session.pass(11.5 * minute);
  session.stop('The index is built by `npm run build` now: 412 pages, 1.3 MB, and the browser only loads it.');
  return session;
}

function rateLimits(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/api';
  const session = tell({
    name: 'api limits',
    cwd,
    branch: 'fix-limits',
    startMs,
    tmuxPane: '%3',
    permissionMode: 'default',
  });
  const app = `${cwd}/src/app.ts`;
  session.prompt('Add rate limiting to the public API: 100 requests a minute per key, 429 with Retry-After');
  session.call(
    'Grep',
    { pattern: 'app\\.use', path: `${cwd}/src` },
    {
      mode: 'files_with_matches',
      numFiles: 4,
      filenames: [app, `${cwd}/src/auth.ts`, `${cwd}/src/log.ts`, `${cwd}/src/cors.ts`],
    },
    { say: 'First how the middleware is ordered.' },
  );
  session.call(
    'Read',
    { file_path: app },
    fileText(
      app,
      "import { Hono } from 'hono';\n\nexport const app = new Hono();\napp.use(logger());\napp.route('/v1', routes);\n",
    ),
  );
  session.pass(35_000);
  session.call(
    'Write',
    { file_path: `${cwd}/src/rate-limit.ts`, content: limiter },
    { type: 'create', filePath: `${cwd}/src/rate-limit.ts`, content: limiter, structuredPatch: [] },
  );
  const [input, answer] = edited(
    app,
    'app.use(logger());',
    "app.use(logger());\napp.use('/v1/*', rateLimit({ perMinute: 100 }));",
    { before: 'export const app = new Hono();', after: "app.route('/v1', routes);", line: 3 },
  );
  session.call('Edit', input, answer);
  session.fail(
    'Bash',
    { command: 'npm test', description: 'Run all tests' },
    'Exit code 1\n ✗ rate-limit › answers 429 with Retry-After\n   expected header "retry-after" to be "60", got null',
    { ms: 6_800 },
  );
  session.pass(48_000);
  const [fix, fixed] = edited(
    `${cwd}/src/rate-limit.ts`,
    '    return context.text("Too many requests", 429);',
    '    context.header("retry-after", String(waitSeconds(key)));\n    return context.text("Too many requests", 429);',
    { before: '  if (used > perMinute) {', after: '  }', line: 12 },
  );
  session.call('Edit', fix, fixed, { say: 'The header was never set.' });
  session.call(
    'Bash',
    { command: 'npm test', description: 'Run all tests' },
    printed('\u001b[32m✓\u001b[39m 212 tests passed'),
    { ms: 7_100 },
  );
  session.pass(96_000);
  session.call(
    'Bash',
    { command: 'git diff --stat', description: 'What changed' },
    printed(' src/app.ts        |  1 +\n src/rate-limit.ts | 31 +++++++++++'),
  );
  session.pass(startMs + 8.7 * minute - session.atMs);
  session.ask('Bash', {
    command: 'npx prisma migrate deploy',
    description: 'Apply the migration that adds the counters',
  });
  return session;
}

function darkTheme(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/web';
  const session = tell({ name: 'web dark', cwd, branch: 'dark-theme', startMs, tmuxPane: '%5' });
  session.prompt('Every hard-coded colour in src/components becomes a token, light and dark');
  session.say('I send one helper per folder and collect what they find.');
  session.subagent(
    'Explore',
    'Colours in forms',
    'List every colour literal under src/components/forms.',
    (agent) => scan(agent, `${cwd}/src/components/forms`, 5),
    '14 literals in 5 files; `#d33` and `#c00` mean the same thing.',
  );
  const [input, answer] = edited(
    `${cwd}/src/tokens.css`,
    '  --danger: #d33;',
    '  --danger: light-dark(#c22b2b, #ff8f85);',
    { before: ':root {', after: '}', line: 8 },
  );
  session.call('Edit', input, answer);
  session.pass(30_000);
  session.subagent('Explore', 'Colours in tables', 'List every colour literal under src/components/tables.', (agent) =>
    scan(agent, `${cwd}/src/components/tables`, 7),
  );
  session.subagent(
    'general-purpose',
    'Contrast of the new tokens',
    'Compute the contrast of each pair of tokens in both schemes.',
    (agent) => {
      agent.pass(20_000);
      agent.call(
        'Bash',
        { command: 'node scripts/contrast.mjs src/tokens.css', description: 'Measure contrast' },
        printed('12 pairs, lowest 4.6:1'),
        { ms: 400 },
      );
      agent.begin('Bash', {
        command: 'node scripts/contrast.mjs src/tokens.css --scheme dark',
        description: 'The same in dark',
      });
    },
  );
  return session;
}

function scan(
  agent: { call: SessionTeller['call']; pass: SessionTeller['pass'] },
  folder: string,
  files: number,
): void {
  for (let file = 1; file <= files; file += 1) {
    agent.call(
      'Grep',
      {
        pattern: '#[0-9a-f]{3,6}',
        path: `${folder}/${['Input', 'Select', 'Switch', 'Field', 'Radio', 'Row', 'Cell'][file - 1]}.vue`,
      },
      { mode: 'content', numFiles: 1, filenames: [], content: 'color: #d33;\nborder-color: #c00;' },
    );
    agent.pass(6_000);
  }
}

function brokenLinks(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/docs';
  const session = tell({
    name: 'docs links',
    cwd,
    branch: 'main',
    startMs,
    tmuxPane: '%9',
    model: 'claude-sonnet-5',
  });
  session.prompt('Fix the links in the guide that lead nowhere');
  session.fail(
    'Bash',
    { command: 'node scripts/check-links.mjs guide', description: 'Check the links' },
    'Exit code 1\nguide/install.md:14  ./requirments.md  not found\nguide/deploy.md:52   #enviroment       no such heading',
    { ms: 2_300 },
  );
  const [input, answer] = edited(
    `${cwd}/guide/install.md`,
    '[what you need](./requirments.md)',
    '[what you need](./requirements.md)',
    { before: 'Before you start:', after: '', line: 13 },
  );
  session.pass(60_000);
  session.call('Edit', input, answer, { say: 'Two misspelled targets.' });
  session.call(
    'WebFetch',
    { url: 'https://example.com/guide/deploy', prompt: 'Which headings are there?' },
    { bytes: 8_211, code: 200, codeText: 'OK', result: '# Deploy\n## Environment\n## Rollback', durationMs: 640 },
    { ms: 640 },
  );
  session.pass(70_000);
  const [second, changed] = edited(
    `${cwd}/guide/deploy.md`,
    'see [environment](#enviroment)',
    'see [environment](#environment)',
    { before: '', after: '', line: 52 },
  );
  session.call('Edit', second, changed);
  session.pass(25_000);
  session.begin('Bash', { command: 'node scripts/check-links.mjs guide', description: 'Check again' });
  return session;
}

function flakyCheckout(startMs: number, tell: typeof tellSession): Told {
  const cwd = '/home/ada/code/shop';
  const session = tell({ name: 'shop checkout', cwd, branch: 'checkout-e2e', startMs, terminal: 'vscode' });
  session.prompt('The checkout test fails every other night, find out why');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    session.fail(
      'Bash',
      { command: 'npx playwright test checkout', description: 'Run the test' },
      'Exit code 1\n  1) checkout › pays with a saved card\n     TimeoutError: locator.click: Timeout 5000ms exceeded',
      { ms: 9_200 },
    );
    session.pass(31_000);
  }
  session.begin('Read', { file_path: `${cwd}/e2e/checkout.spec.ts` });
  return session;
}

const indexScript = `import { readdirSync, writeFileSync } from 'node:fs';

const pages = readdirSync('dist', { recursive: true }).filter((file) => file.endsWith('.html'));
writeFileSync('dist/search.json', JSON.stringify(pages.map(indexOf)));
`;

const limiter = `export function rateLimit({ perMinute }: { perMinute: number }) {
  const used = new Map<string, number>();
  return async (context, next) => {
    const key = context.req.header('x-api-key') ?? 'anonymous';
    if ((used.get(key) ?? 0) > perMinute) return context.text('Too many requests', 429);
    await next();
  };
}
`;
