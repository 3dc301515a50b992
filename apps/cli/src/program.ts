import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { Refusal } from '@telltale/hooks/connect/refusal.mjs';
import { commands } from './commands.ts';
import type { Context } from './context.ts';
import { Problem } from './problem.ts';

const version = process.env.TELLTALE_CLI_VERSION ?? '0.0.0';

/** Runs what was asked for; the exit code: 0 done, 1 it did not work out, 2 it was asked for in a wrong way. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  const program = new Command('telltale')
    .description('Observability for Claude Code agents: connect them, watch them, look after what is kept.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .addHelpText('after', `\n${variables}`);
  for (const [name, create] of Object.entries(commands)) program.addCommand(create(context).name(name));
  for (const command of withParts(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: context.write, writeErr: (text) => context.note(text.trimEnd()) });
    if (command !== program)
      command
        .helpOption('-h, --help', 'show this help')
        .showHelpAfterError(`(${pathOf(command)} --help shows what there is)`);
  }
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has said what is wrong, or shown what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Problem || error instanceof Refusal) {
      context.note(`telltale: ${error.message}`);
      return error instanceof Problem ? error.exitCode : 1;
    }
    throw error;
  }
}

/** A command, and what is under it. */
function withParts(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withParts)];
}

/** As it is typed: `telltale token create`. */
function pathOf(command: CommandUnknownOpts): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

const variables = `Variables: TELLTALE_URL, TELLTALE_TOKEN (the service and its token), TELLTALE_HOME (~/.telltale),
NO_COLOR. Exit codes: 0 done, 1 it did not work out, 2 it was asked for in a wrong way.`;
