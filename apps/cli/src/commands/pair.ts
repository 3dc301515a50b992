import { userInfo } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { type CreatedToken, pairingMs } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { Context } from '../context.ts';
import { qrCode } from '../pairing/qr-code.ts';
import { reachProblems } from '../pairing/reach.ts';
import { Problem } from '../problem.ts';
import type { Tokens } from '../tokens.ts';
import { readNewToken, usingTokens } from './token.ts';

/** As long as a sign-in lasts. */
const days = 30;

export function pairCommand(context: Context) {
  const { env, service, print, write, note, colours, self } = context;
  return new Command()
    .summary('signs a phone in: a QR code and a link, for one device')
    .description('Makes a link that signs one browser in, to look on and change nothing, and shows it as a QR code.')
    .option('--name <name>', 'of the device, as telltale token list shows it')
    .option('--url <url>', 'how the device reaches the page, such as https://telltale.example')
    .option('--user <user>', 'whose device it is, as the sessions spell it; else you')
    .option('--json', 'as JSON')
    .action(async ({ name, url, user = whoAmI(), json }) => {
      const address = readAddress(url ?? (env.TELLTALE_PUBLIC_URL || service().url));
      const made = await usingTokens(context, async (tokens) => {
        const device = { name: name ?? (await freeName(tokens)), scope: 'viewer', forOneDevice: true } as const;
        return tokens.create(readNewToken({ ...device, expiresInDays: days, ...present({ user }) }));
      });
      const link = `${address}/sign-in#token=${made.token}`;
      if (json) print(JSON.stringify({ ...made, link }, null, 2));
      else {
        write(qrCode(link, colours.bold('x') !== 'x'));
        print(link);
        note(colours.dim(wordsOf(made, self)));
      }
      for (const line of await reachProblems(address, self)) note(colours.yellow(line));
    });
}

function wordsOf({ name, user }: CreatedToken, self: string): string {
  const whose = user === undefined ? '' : ` of ${user}`;
  return `Open it within ${pairingMs / 60_000} minutes: it signs in the first browser that does, as “${name}”${whose}, and no other. ${self} token revoke "${name}" shows it out.`;
}

function readAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return (url.origin + url.pathname).replace(/\/+$/, '');
  throw new Problem(`--url must be an http or https address, such as https://telltale.example, got "${text}".`, 2);
}

async function freeName(tokens: Tokens): Promise<string> {
  const taken = new Set((await tokens.list()).map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'phone' : `phone ${n}`;
    if (!taken.has(name)) return name;
  }
}

function whoAmI(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // A container's user may have no name.
  }
}
