import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { plural } from '@telltale/core';
import { confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { checkCollector, deliver } from '../demo/deliver.ts';
import { deliveriesOf } from '../demo/deliveries.ts';
import { markDemo } from '../demo/mark.ts';
import { planDemo } from '../demo/plan.ts';
import { demoSessions, removeDemo } from '../demo/remove.ts';
import { settled } from '../demo/settled.ts';
import { Problem } from '../problem.ts';

const usualCollector = 'http://127.0.0.1:4318';

export function demoCommand(context: Context) {
  return new Command()
    .summary('a week of invented sessions, to look around before you connect')
    .description(
      'Fills the service with a week of three invented people and their agents, by the same ways as real ones. Their projects are called demo-…, their sessions have the label demo, and no budget or alert counts them.',
    )
    .option('--live <minutes>', 'go on for so long, with sessions that come and work', readMinutes, 0)
    .option(
      '--stack [url]',
      `telemetry goes to the collector of the stack (${usualCollector}), so that Grafana has it, too`,
    )
    .option('--remove', 'take all of it away, and prove it')
    .option('--seed <number>', 'another week', readSeed, 1)
    .option('-y, --yes', 'do not ask')
    .option('--json', 'what was done, as JSON')
    .action(async ({ live, stack, remove, seed, yes, json }) => {
      if (remove && (stack !== undefined || live > 0))
        throw new Problem('--remove goes with neither --live nor --stack.', 2);
      if (remove) await takeAway(context, { yes, json });
      else await fill(context, { live, collector: stack === true ? usualCollector : stack, seed, json });
    });
}

interface FillOptions {
  live: number;
  collector: string | undefined;
  seed: number;
  json: true | undefined;
}

async function fill(context: Context, { live, collector, seed, json }: FillOptions): Promise<void> {
  const { print, note, now, self } = context;
  const service = context.service();
  const there = await demoSessions(service);
  if (there.length > 0)
    throw new Problem(
      `The demo is there already (${plural(there.length, 'session')}); ${self} demo --remove takes it away.`,
    );
  if (collector !== undefined) await checkCollector(collector);
  const nowMs = now();
  const sessions = planDemo({ nowMs, seed, liveMinutes: live });
  const list = deliveriesOf(sessions, nowMs).filter(({ atMs }) => live > 0 || atMs <= nowMs);
  const over = list.filter(({ atMs }) => atMs <= nowMs);
  const begun = sessions.filter(({ hooks }) => (hooks[0]?.atMs ?? nowMs) < nowMs);
  const progress = createProgress(context, json);
  const how = { service, collector, now, onDelivered: progress.step };

  progress.begin('sent', over.length);
  await deliver(over, how);
  if (collector !== undefined) await settled(service, begun, nowMs);
  await markDemo(service, begun);
  progress.end();
  const words = `${plural(begun.length, 'session')} of a week are there, all of projects demo-…: ${service.url}`;
  if (live > 0) {
    note(`${words}\nNow it goes on for ${plural(live, 'minute')}; Ctrl-C ends it.`);
    await deliver(list.slice(over.length), how);
    await markDemo(service, sessions.slice(begun.length));
  }
  if (json)
    print(
      JSON.stringify(
        { url: service.url, sessions: sessions.map(({ sessionId }) => sessionId), requests: list.length },
        null,
        2,
      ),
    );
  else
    print(
      `${live > 0 ? `${plural(sessions.length, 'session')} were told.` : words}\n${self} demo --remove takes them away.`,
    );
}

async function takeAway(
  context: Context,
  { yes, json }: { yes: true | undefined; json: true | undefined },
): Promise<void> {
  const { print, isInteractive } = context;
  const service = context.service();
  const sessions = await demoSessions(service);
  if (sessions.length === 0 && !json) return print(`There is no demo at ${service.url}.`);
  if (sessions.length > 0 && !yes) {
    if (!isInteractive) throw new Problem('Nobody can be asked here: --yes removes without a question.', 2);
    const question = `Remove the ${plural(sessions.length, 'session')} of the demo from ${service.url}?`;
    if (!(await confirm(question, true))) throw new Problem('Nothing was removed.');
  }
  const progress = createProgress(context, json);
  progress.begin('removed', sessions.length);
  const done = await removeDemo(service, progress.step);
  progress.end();
  if (json) print(JSON.stringify(done, null, 2));
  else {
    print(`Removed ${plural(done.sessions.length, 'session')} of the demo.`);
    if (done.left.length === 0)
      print(
        `Proof: no session, event, project or label of it is there; of ${plural(done.words, 'word')} that the search found, it finds none.`,
      );
    else print(`Still there: ${done.left.join(', ')}.`);
    print(
      'Prometheus and Loki of a stack cannot be told to forget: what --stack sent them has project="demo-…", and goes by their retention.',
    );
  }
  if (done.left.length > 0) throw new Problem('Not everything is gone; run it again.');
}

/** How far it is, on a terminal. */
function createProgress({ write, isInteractive }: Context, json: true | undefined) {
  const isShown = isInteractive && json === undefined;
  let [word, of, done] = ['', 0, 0];
  return {
    begin(what: string, count: number) {
      [word, of, done] = [what, count, 0];
    },
    step() {
      done += 1;
      if (isShown && of > 0 && done <= of && (done % 20 === 0 || done === of))
        write(`\r${word} ${done} of ${of}\u001b[K`);
    },
    end() {
      if (isShown) write('\r\u001b[K');
      of = 0;
    },
  };
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= 1440) return minutes;
  throw new InvalidArgumentError('It has to be 1–1440.');
}

function readSeed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number.');
}
