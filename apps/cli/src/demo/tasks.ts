import type { Random } from './random.ts';
import type { SessionTeller, Teller } from './told.ts';
import { edited, fileText, printed } from './tool-results.ts';

/** Where a session works, and by what its numbers vary. */
interface Place {
  code: string;
  random: Random;
}

/** What somebody has an agent do: told from the prompt to the answer. */
export interface Task {
  project: 'shop' | 'api' | 'web' | 'infra' | 'docs';
  branch: string;
  tell(session: SessionTeller, place: Place): void;
}

/** What the week is made of; each comes again with other numbers. */
export const tasks: readonly [Task, ...Task[]] = [
  { project: 'shop', branch: 'fix/rounding', tell: roundingFixed },
  { project: 'api', branch: 'feature/webhooks', tell: webhooksAdded },
  { project: 'web', branch: 'a11y', tell: contrastSearched },
  { project: 'infra', branch: 'upgrade-postgres', tell: longUpgrade },
  { project: 'docs', branch: 'main', tell: researched },
  { project: 'api', branch: 'slow-orders', tell: queriesMeasured },
  { project: 'shop', branch: 'main', tell: overloaded },
  { project: 'infra', branch: 'clean-up', tell: refused },
];

const minute = 60_000;

function roundingFixed(session: SessionTeller, { code, random }: Place): void {
  const file = `${code}/src/cart/total.ts`;
  session.prompt(`The cart shows ${random.between(1, 9)} cents too much with two discounts. Find out why and fix it.`);
  session.call(
    'Grep',
    { pattern: 'Math.round', path: `${code}/src`, output_mode: 'files_with_matches' },
    { mode: 'files_with_matches', numFiles: 2, filenames: [file, `${code}/src/cart/discount.ts`] },
    { ms: random.between(20, 90), say: 'I look for where amounts are rounded.' },
  );
  session.call('Read', { file_path: file }, fileText(file, cartTotal), { ms: random.between(8, 30) });
  failingTests(session, 'cart', random);
  const [input, answer] = edited(
    file,
    '  return items.reduce((sum, item) => sum + Math.round(item.cents * (1 - discount)), 0);',
    '  const cents = items.reduce((sum, item) => sum + item.cents, 0);\n  return Math.round(cents * (1 - discount));',
    { before: 'export function total(items: Item[], discount: number) {', after: '}', line: 11 },
  );
  session.call('Edit', input, answer, { ms: 31, say: 'Each line is rounded; the sum has to be rounded once.' });
  passingTests(session, 'cart', random);
  commit(session, 'fix(cart): round the sum, not each line', random);
  session.stop('Fixed: the total is rounded once, after all discounts. The cart tests pass, and it is committed.');
}

function webhooksAdded(session: SessionTeller, { code, random }: Place): void {
  const file = `${code}/src/webhooks/sign.ts`;
  session.prompt('Sign outgoing webhooks with HMAC-SHA256 and document how to verify them.');
  session.call(
    'Glob',
    { pattern: 'src/webhooks/**/*.ts' },
    { filenames: [`${code}/src/webhooks/send.ts`, `${code}/src/webhooks/queue.ts`], numFiles: 2, truncated: false },
    { ms: random.between(6, 20) },
  );
  const send = `${code}/src/webhooks/send.ts`;
  session.call('Read', { file_path: send }, fileText(send, sendHook), { ms: random.between(8, 30) });
  session.call(
    'Write',
    { file_path: file, content: signHook },
    { type: 'create', filePath: file, content: signHook, structuredPatch: [] },
    { ms: 22, say: 'A file of its own for the signature, so that a test can hold it against known values.' },
  );
  const [input, answer] = edited(
    send,
    '  await post(url, body);',
    "  await post(url, body, { 'x-signature': sign(body, secret) });",
    { before: 'export async function send({ url, secret, body }: Hook) {', after: '}', line: 6 },
  );
  session.call('Edit', input, answer, { ms: 27 });
  if (random.next() < 0.6) failingTests(session, 'webhooks', random);
  passingTests(session, 'webhooks', random);
  const install = { command: 'npm install --save-dev nock', description: 'A server for the tests' };
  const asked = session.ask('Bash', install);
  session.allow(asked, 'Bash', install, printed('added 4 packages in 3s'), random.between(4, 190) * 1000, 3_100);
  session.stop(
    'Webhooks carry `x-signature` now. `docs/webhooks.md` says how to verify it, with an example in three languages.',
  );
  if (random.next() < 0.5) return;
  // The cache has gone cold meanwhile.
  session.pass(random.between(7, 40) * minute);
  session.prompt('Also refuse secrets shorter than 32 bytes.');
  const [check, checked] = edited(
    file,
    '  return createHmac',
    "  if (secret.length < 32) throw new Error('the secret is too short');\n  return createHmac",
    { before: 'export function sign(body: string, secret: string) {', after: '}', line: 4 },
  );
  session.call('Edit', check, checked, { ms: 25 });
  passingTests(session, 'webhooks', random);
  session.stop('Short secrets are refused when the webhook is saved and when it is sent.');
}

function contrastSearched(session: SessionTeller, { code, random }: Place): void {
  session.prompt('Which texts of the checkout have too little contrast? Do not change anything yet.');
  session.say('I send one helper for the forms and one for the summary.');
  for (const part of ['forms', 'summary'] as const) {
    session.subagent(
      'Explore',
      `Colours of the ${part}`,
      `List every text colour under src/checkout/${part} with what lies behind it.`,
      (agent) => lookAround(agent, `${code}/src/checkout/${part}`, random),
      `${random.between(3, 9)} pairs; the lightest is \`#9a9a9a\` on white, 2.8:1.`,
    );
  }
  session.call(
    'Bash',
    { command: 'node scripts/contrast.mjs src/checkout', description: 'Measure contrast' },
    printed(`${random.between(14, 31)} pairs, ${random.between(2, 5)} below 4.5:1`),
    { ms: random.between(400, 1_900) },
  );
  session.stop(
    'Placeholders and the hint below the card number are below 4.5:1. Both come from `--muted`; one change mends both.',
  );
}

function longUpgrade(session: SessionTeller, { code, random }: Place): void {
  session.prompt('Upgrade Postgres from 15 to 17 in all environments, one commit for each.');
  for (const environment of ['dev', 'staging', 'production'] as const) {
    const file = `${code}/environments/${environment}/database.tf`;
    session.call('Read', { file_path: file }, fileText(file, databaseOf(environment)), { ms: random.between(8, 30) });
    const [input, answer] = edited(file, '  engine_version = "15.8"', '  engine_version = "17.2"', {
      ...{ before: `resource "aws_db_instance" "${environment}" {`, after: '}', line: 2 },
    });
    session.call('Edit', input, answer, { ms: 24 });
    session.call(
      'Bash',
      { command: `terraform -chdir=environments/${environment} plan -no-color`, description: 'Plan' },
      printed(`Plan: 0 to add, 1 to change, 0 to destroy.\n${planOf(environment)}`),
      { ms: random.between(6_000, 21_000), say: `Next ${environment}.` },
    );
    if (environment === 'staging') session.compact(upgradeSummary);
    commit(session, `build(${environment}): Postgres 17`, random);
  }
  session.stop(
    'Three commits, one for each environment. Production changes in its window on Sunday; until then the plan stays open.',
  );
}

function researched(session: SessionTeller, { code, random }: Place): void {
  const file = `${code}/guide/backups.md`;
  session.prompt('Write a page about backups: what to back up, how often, and how to try a restore.');
  session.call(
    'WebSearch',
    { query: 'sqlite online backup wal consistent copy' },
    {
      query: 'sqlite online backup wal consistent copy',
      results: [{ content: [{ title: 'SQLite Backup API', url: 'https://sqlite.org/backup.html' }] }],
      durationSeconds: 2,
    },
    { ms: random.between(900, 2_600) },
  );
  session.call(
    'WebFetch',
    { url: 'https://sqlite.org/backup.html', prompt: 'How is a consistent copy made while the database is written?' },
    { bytes: 21_400, code: 200, codeText: 'OK', result: 'Use the backup API or VACUUM INTO.', durationMs: 700 },
    { ms: random.between(500, 1_700) },
  );
  session.call(
    'Write',
    { file_path: file, content: backupsPage },
    { type: 'create', filePath: file, content: backupsPage, structuredPatch: [] },
    { ms: 18 },
  );
  if (random.next() < 0.5)
    session.fail(
      'Bash',
      { command: 'node scripts/check-links.mjs guide/backups.md', description: 'Check the links' },
      'Exit code 1\nguide/backups.md:21  ./restore.md  not found',
      { ms: random.between(300, 900) },
    );
  session.stop('`guide/backups.md` is there, with a restore that was tried in an empty folder.');
}

function queriesMeasured(session: SessionTeller, { code, random }: Place): void {
  session.prompt('The list of orders takes two seconds for large customers. Why?');
  const query = (sql: string, ms: number) =>
    session.call('mcp__postgres__query', { sql }, [{ type: 'text', text: `Execution Time: ${ms} ms` }], {
      ms: ms + 20,
    });
  query(
    'EXPLAIN ANALYZE SELECT * FROM orders WHERE customer_id = 42 ORDER BY created_at DESC LIMIT 50',
    random.between(1_400, 2_300),
  );
  session.fail(
    'mcp__postgres__query',
    { sql: 'CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id, created_at DESC)' },
    'MCP error -32000: permission denied for table orders',
    { ms: 35 },
  );
  const file = `${code}/migrations/0042-orders-by-customer.sql`;
  session.call(
    'Write',
    { file_path: file, content: indexMigration },
    { type: 'create', filePath: file, content: indexMigration, structuredPatch: [] },
    { ms: 16, say: 'The connection only reads, so the index becomes a migration.' },
  );
  session.subagent(
    'general-purpose',
    'Other slow queries',
    'Which other queries on orders sort without an index?',
    (agent) => lookAround(agent, `${code}/src/orders`, random),
    'Two more, both in the export; neither is used by a page.',
  );
  query('EXPLAIN ANALYZE SELECT count(*) FROM orders WHERE customer_id = 42', random.between(2, 9));
  session.stop(
    'A sequential scan of 4 million rows. Migration 0042 adds the index; on a copy the list takes 3 ms with it.',
  );
}

function overloaded(session: SessionTeller, { code, random }: Place): void {
  session.prompt('Translate the confirmation mail into German and French.');
  const file = `${code}/mails/confirmation.en.md`;
  session.call('Read', { file_path: file }, fileText(file, '# Thank you\n\nYour order {{number}} is on its way.\n'));
  session.pass(random.between(20, 50) * 1000);
  session.stopFailure('overloaded_error');
  session.pass(random.between(2, 6) * minute);
  session.prompt('Try again.');
  for (const language of ['de', 'fr'] as const) {
    const path = `${code}/mails/confirmation.${language}.md`;
    const content = language === 'de' ? germanMail : frenchMail;
    session.call(
      'Write',
      { file_path: path, content },
      { type: 'create', filePath: path, content, structuredPatch: [] },
      { ms: 15 },
    );
  }
  session.stop('Both are there; numbers and dates follow the language.');
}

function refused(session: SessionTeller, { code, random }: Place): void {
  session.prompt('Free some space on the build machine.');
  session.call(
    'Bash',
    { command: 'du -sh /var/lib/docker ~/.cache/* | sort -h | tail -5', description: 'What takes space' },
    printed('1.2G\t/home/ci/.cache/npm\n14G\t/home/ci/.cache/turbo\n61G\t/var/lib/docker'),
    { ms: random.between(900, 4_000) },
  );
  const wide = { command: 'docker system prune --all --volumes --force', description: 'Remove all that is not in use' };
  session.refuse(session.ask('Bash', wide), random.between(5, 90) * 1000);
  session.prompt('Not the volumes: there are databases in them. Images only, older than a week.');
  const narrow = {
    command: "docker image prune --all --force --filter 'until=168h'",
    description: 'Remove old images',
  };
  const asked = session.ask('Bash', narrow);
  session.allow(asked, 'Bash', narrow, printed('Total reclaimed space: 38.4GB'), random.between(3, 40) * 1000, 9_200);
  const file = `${code}/ci/clean.sh`;
  const content = `#!/bin/sh\nset -eu\n${narrow.command}\n`;
  session.call('Write', { file_path: file, content }, { type: 'create', filePath: file, content, structuredPatch: [] });
  session.stop('38 GB are free again. `ci/clean.sh` does the same each night, and touches no volume.');
}

function failingTests(session: SessionTeller, part: string, random: Random): void {
  session.fail(
    'Bash',
    { command: `npm test -- ${part}`, description: `Run the ${part} tests` },
    `Exit code 1\n \u001b[31mFAIL\u001b[39m  src/${part}/${part}.test.ts\nAssertionError: expected ${random.between(100, 999)} to be ${random.between(100, 999)}`,
    { ms: random.between(1_900, 7_200) },
  );
}

function passingTests(session: SessionTeller, part: string, random: Random): void {
  session.call(
    'Bash',
    { command: `npm test -- ${part}`, description: `Run the ${part} tests` },
    printed(` \u001b[32m✓\u001b[39m src/${part} (${random.between(12, 60)} tests)`),
    { ms: random.between(1_900, 7_200) },
  );
}

function commit(session: SessionTeller, message: string, random: Random): void {
  const input = { command: `git commit -am '${message}'`, description: 'Commit' };
  const answer = printed(`[${random.between(1e6, 9e6).toString(16)}] ${message}`);
  if (random.next() < 0.6) session.call('Bash', input, answer, { ms: random.between(90, 400) });
  else session.allow(session.ask('Bash', input), 'Bash', input, answer, random.between(3, 240) * 1000, 180);
}

function lookAround(agent: Teller, folder: string, random: Random): void {
  const names = random.shuffled(['Address', 'Card', 'Coupon', 'Field', 'Hint', 'Line', 'Sum', 'Tax']);
  for (const name of names.slice(0, random.between(3, 6))) {
    const path = `${folder}/${name}.vue`;
    agent.call('Read', { file_path: path }, fileText(path, `<template>\n  <p class="${name}">…</p>\n</template>\n`), {
      ms: random.between(6, 40),
    });
  }
  agent.call(
    'Grep',
    { pattern: 'color:', path: folder },
    { mode: 'content', numFiles: 2, filenames: [], content: 'color: var(--muted);\ncolor: #9a9a9a;' },
    { ms: random.between(15, 80) },
  );
}

const cartTotal = `export function total(items: Item[], discount: number) {
  return items.reduce((sum, item) => sum + Math.round(item.cents * (1 - discount)), 0);
}
`;

const sendHook = `import { post } from './post.ts';

export async function send({ url, secret, body }: Hook) {
  await post(url, body);
}
`;

const signHook = `import { createHmac } from 'node:crypto';

/** Hex of the HMAC-SHA256 of the body: what the receiver compares. */
export function sign(body: string, secret: string) {
  return createHmac('sha256', secret).update(body).digest('hex');
}
`;

const databaseOf = (environment: string) => `resource "aws_db_instance" "${environment}" {
  engine_version = "15.8"
  instance_class = "db.t4g.medium"
}
`;

const planOf = (environment: string) =>
  Array.from({ length: 40 }, (_, n) => `  # module.${environment}.check[${n}] is up to date`).join('\n');

const upgradeSummary = `The user wants Postgres 17 in dev, staging and production, one commit for each.
Done: dev and staging are planned and edited; dev is committed.
Next: commit staging, then production, which changes in its window on Sunday.`;

const backupsPage = `# Backups

What to back up: the database, and the folder with your settings.

How often: each night, and before each upgrade.

Try a restore in an empty folder: a backup that nobody has restored is a hope.
`;

const indexMigration = `CREATE INDEX CONCURRENTLY orders_by_customer
  ON orders (customer_id, created_at DESC);
`;

const germanMail = '# Vielen Dank\n\nIhre Bestellung {{number}} ist unterwegs.\n';
const frenchMail = '# Merci\n\nVotre commande {{number}} est en route.\n';
