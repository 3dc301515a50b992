import { Command, Option } from '@commander-js/extra-typings';
import { ageWords } from '@telltale/core';
import { type NewToken, newTokenSchema, type Token, tokenScopes } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Tokens, tokensOf } from '../tokens.ts';

export function tokenCommand(context: Context) {
  return new Command()
    .summary('who may reach the service from other machines')
    .description('Tokens for a service that other machines reach. Works with a running service, and without one.')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
}

const scopeWords =
  'ingest: only sends; numbers: reads counts, costs, states and times; viewer: reads everything; admin: everything';

function createCommand(context: Context) {
  const { service, print, note, colours } = context;
  return new Command('create')
    .description('makes a token, and shows it this once')
    .argument('<name>', 'whose, or what for')
    .addOption(new Option('--scope <scope>', scopeWords).choices(tokenScopes).default('viewer' as const))
    .option('--days <days>', 'expires after so many days', Number)
    .option('--user <user>', 'whose it is, as the sessions spell it: what user:me means to its bearer')
    .option('--json', 'as JSON')
    .action(async (name, { scope, days, user, json }) => {
      const asked = readNewToken({ name, scope, ...present({ user, expiresInDays: days }) });
      const { url } = service();
      const made = await usingTokens(context, (tokens) => tokens.create(asked));
      if (json) return print(JSON.stringify(made, null, 2));
      print(made.token);
      const { dim } = colours;
      note(dim(`It is shown this once. ${whatFor(made, url)}`));
    });
}

const spellings: Record<string, string> = { name: 'The name', expiresInDays: '--days', user: '--user' };

/** What is asked for, or a sentence about what is wrong with it. */
export function readNewToken(asked: NewToken): NewToken {
  const read = newTokenSchema.safeParse(asked);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Problem(`${spellings[String(issue?.path[0])] ?? 'This'} ${issue?.message}.`, 2);
}

function whatFor({ scope, token }: { scope: Token['scope']; token: string }, url: string): string {
  if (scope === 'ingest') return 'For hooks: TELLTALE_TOKEN, or token in config.json of TELLTALE_HOME.';
  return `For a browser: open ${url}/sign-in#token=${token.slice(0, 8)}… with the whole token.`;
}

function listCommand(context: Context) {
  const { print, now } = context;
  return new Command('list')
    .description('lists the tokens, never the tokens themselves')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const tokens = await usingTokens(context, (all) => all.list());
      if (json) return print(JSON.stringify({ tokens }, null, 2));
      if (tokens.length === 0) return print('There are no tokens: only this machine reaches the service.');
      const width = Math.max(...tokens.map(({ name }) => name.length));
      for (const token of tokens) print(lineOf(token, width, now(), context.colours));
    });
}

function lineOf(
  { id, name, scope, user, device, lastUsedAt, expiresAt }: Token,
  width: number,
  now: number,
  { dim, yellow }: Context['colours'],
) {
  const used = lastUsedAt ? `used ${ageWords(now - Date.parse(lastUsedAt))} ago` : 'never used';
  const facts = [id, user !== undefined && `user ${user}`, device && deviceWords[device], used].filter(Boolean);
  const left = expiresAt === undefined ? undefined : Date.parse(expiresAt) - now;
  const expiry = left === undefined ? '' : left > 0 ? `, expires in ${ageWords(left)}` : yellow(', expired');
  return `${name.padEnd(width)}  ${scope.padEnd(7)}  ${dim(facts.join('  '))}${expiry}`;
}

const deviceWords = { open: 'link not opened yet', paired: 'one device' } as const;

function revokeCommand(context: Context) {
  return new Command('revoke')
    .description('revokes a token: who is in with it is shown out at once')
    .argument('<token>', 'its name or id')
    .action(async (asked) => {
      const revoked = await usingTokens(context, async (tokens) => {
        const all = await tokens.list();
        const found = all.find(({ id }) => id === asked) ?? all.find(({ name }) => name === asked);
        if (!found) throw new Problem(`There is no token "${asked}"; ${context.self} token list shows them.`);
        await tokens.revoke(found.id);
        return found;
      });
      context.print(`"${revoked.name}" (${revoked.scope}) is revoked.`);
    });
}

/** Asks the service, or its database where none runs. */
export async function usingTokens<T>(context: Context, work: (tokens: Tokens) => Promise<T>): Promise<T> {
  const { service, note, colours } = context;
  const tokens = await tokensOf(service());
  try {
    if (tokens.isOffline) note(colours.dim('No service runs; its database is used as it is.'));
    return await work(tokens);
  } finally {
    await tokens.close();
  }
}
