import type { Command } from '@commander-js/extra-typings';
import { auditCommand } from './commands/audit.ts';
import { backupCommand } from './commands/backup.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eraseCommand } from './commands/erase.ts';
import { focusCommand } from './commands/focus.ts';
import { importCommand } from './commands/import.ts';
import { openCommand } from './commands/open.ts';
import { pairCommand } from './commands/pair.ts';
import { setupCommand } from './commands/setup.ts';
import { spoolCommand } from './commands/spool.ts';
import { statusCommand } from './commands/status.ts';
import { tailCommand } from './commands/tail.ts';
import { tokenCommand } from './commands/token.ts';
import type { Context } from './context.ts';

/** Every command, in the order of the help: one file in `commands/` and one row here. */
export const commands = {
  setup: setupCommand,
  doctor: doctorCommand,
  demo: demoCommand,
  status: statusCommand,
  tail: tailCommand,
  open: openCommand,
  focus: focusCommand,
  import: importCommand,
  spool: spoolCommand,
  backup: backupCommand,
  erase: eraseCommand,
  token: tokenCommand,
  pair: pairCommand,
  audit: auditCommand,
} as const satisfies Record<string, (context: Context) => AnyCommand>;

// biome-ignore lint/suspicious/noExplicitAny: each command has arguments and options of its own
type AnyCommand = Command<any, any, any>;
