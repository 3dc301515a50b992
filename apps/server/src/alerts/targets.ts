import type { AlertTarget, TargetOptions } from './target.ts';
import type { AlertTargets } from './target-config.ts';
import { mailTarget } from './target-mail.ts';
import { slackTarget } from './target-slack.ts';
import { webhookTarget } from './target-webhook.ts';

export function createTargets(config: AlertTargets, options: TargetOptions): AlertTarget[] {
  return [
    ...(config.webhook ? [webhookTarget(config.webhook, options)] : []),
    ...(config.slack ? [slackTarget(config.slack, options)] : []),
    ...(config.mail ? [mailTarget(config.mail, options)] : []),
  ];
}
