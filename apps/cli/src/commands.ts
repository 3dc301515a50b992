import type { Command } from '@commander-js/extra-typings';
import { setupCommand } from './commands/setup.ts';
import { statusCommand } from './commands/status.ts';
import type { Context } from './context.ts';

/** Every command, in the order of the help: one file in `commands/` and one row here. */
export const commands = {
  setup: setupCommand,
  status: statusCommand,
} as const satisfies Record<string, (context: Context) => AnyCommand>;

// biome-ignore lint/suspicious/noExplicitAny: each command has arguments and options of its own
type AnyCommand = Command<any, any, any>;
