import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { eventLine } from '../event-line.ts';
import { follow } from '../follow.ts';

export function tailCommand({ service, print, note, colours }: Context) {
  return new Command()
    .summary('the live feed')
    .description('Prints events as they come, until it is interrupted; goes on where it was when the service restarts.')
    .option(
      '-f, --filter <filter>',
      'only events that pass, in the grammar of the page: app:shop is:failed "a word"',
      '',
    )
    .option('-n, --last <count>', 'how many of the newest come first', readCount, 20)
    .option('-a, --all', 'also what the client notes on its hooks and plugins')
    .option('--json', 'each event as a line of JSON')
    .action(({ filter, last, all, json }) =>
      follow(service(), {
        ...{ filter, last, isWhole: all === true },
        onEvent: (event) => print(json ? JSON.stringify(event) : eventLine(event, colours)),
        onNote: (words) => note(`telltale: ${words}`),
      }),
    );
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= 1000) return count;
  throw new InvalidArgumentError('It has to be 0–1000.');
}
