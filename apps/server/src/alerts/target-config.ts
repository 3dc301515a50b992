/** Where alerts are sent beside the page; what is absent is off. All of it is secret. */
export interface AlertTargets {
  webhook?: { url: string; secret?: string };
  slack?: { url: string };
  mail?: { server: string; to: readonly string[]; from: string };
}

export const targetVariables = {
  webhook: 'TELLTALE_ALERT_WEBHOOK_URL',
  slack: 'TELLTALE_ALERT_SLACK_URL',
  mail: 'TELLTALE_ALERT_MAIL_TO',
} as const satisfies Record<keyof AlertTargets, string>;

const server = 'TELLTALE_ALERT_MAIL_SERVER';
const sender = 'TELLTALE_ALERT_MAIL_FROM';
const secret = 'TELLTALE_ALERT_WEBHOOK_SECRET';

/**
 * Reads the variables. `refuse` makes the error that stops the start; what came is never in it, because it may hold
 * a password or be a password by itself.
 */
export function readTargets(
  text: (name: string, fallback: string) => string,
  refuse: (sentence: string) => Error,
): AlertTargets {
  const addressOf = (name: string): string | undefined => {
    const told = text(name, '');
    if (told === '') return undefined;
    if (URL.canParse(told) && /^https?:$/.test(new URL(told).protocol)) return told;
    throw refuse(`${name} must be an http or https address`);
  };
  const targets: AlertTargets = {};
  const webhook = addressOf(targetVariables.webhook);
  const key = text(secret, '');
  if (key && !webhook) throw refuse(`${secret} signs what ${targetVariables.webhook} gets, which is not set`);
  if (webhook) targets.webhook = { url: webhook, ...(key && { secret: key }) };
  const slack = addressOf(targetVariables.slack);
  if (slack) targets.slack = { url: slack };

  const to = text(targetVariables.mail, '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const via = text(server, '');
  if (to.length === 0 && via === '') return targets;
  const [first] = to;
  if (first === undefined || via === '') throw refuse(`${targetVariables.mail} and ${server} need each other`);
  if (!to.every(isMailAddress))
    throw refuse(`${targetVariables.mail} must be e-mail addresses such as you@example.com, separated by commas`);
  if (!URL.canParse(via) || !/^smtps?:$/.test(new URL(via).protocol) || new URL(via).hostname === '')
    throw refuse(`${server} must be smtps://user:password@host or smtp://host:port`);
  const from = text(sender, first);
  if (!isMailAddress(from)) throw refuse(`${sender} must be an e-mail address such as telltale@example.com`);
  targets.mail = { server: via, to, from };
  return targets;
}

function isMailAddress(text: string): boolean {
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text);
}
