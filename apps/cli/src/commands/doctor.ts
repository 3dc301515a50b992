import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { durationWords } from '@telltale/core';
import { cleanText } from '../clean-text.ts';
import type { Context } from '../context.ts';
import { checks } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { examine, type Machine } from '../doctor/machine.ts';
import { stackUrls } from '../doctor/probe/stack.ts';
import { hops, probe } from '../doctor/probe.ts';
import type { DoctorReport, NamedFinding } from '../doctor/report.ts';
import { Problem } from '../problem.ts';

export function doctorCommand(context: Context) {
  return new Command()
    .summary('what is wrong, and what to do')
    .description(
      'Looks at everything between Claude Code and the page, then sends a marked event, log, metric and span, follows each hop by hop, and removes them again. Ends with 1 where something failed.',
    )
    .option('--project <folder>', 'whose sessions; usually the folder you are in')
    .option('--stack', 'also to Prometheus, Loki and Grafana')
    .option('--prometheus <url>', 'where it is, if not on its usual port')
    .option('--loki <url>', 'the same')
    .option('--grafana <url>', 'the same')
    .option('--wait <seconds>', 'how long to wait at each hop', seconds, 15)
    .option('--json', 'as JSON')
    .action(async ({ project, stack, json, wait, ...urls }) => {
      const folder = resolve(context.cwd, project ?? '.');
      if (!existsSync(folder)) throw new Problem(`There is no folder ${folder}.`, 2);
      const machine = await examine(context, folder);
      const found: NamedFinding[] = [];
      for (const [name, check] of Object.entries(checks))
        found.push({ name, ...(await calmly(() => check.look(machine))) });
      const { status } = machine.answer;
      const wantsStack = stack || Object.values(urls).some((url) => url !== undefined);
      const { session, findings } = await probe(
        machine,
        wait * 1000,
        wantsStack ? stackUrls(context.env, urls, status?.grafanaUrl) : undefined,
      );
      const followed = Object.keys(hops).flatMap((name) => {
        const finding = findings[name as keyof typeof hops];
        return finding ? [{ name, ...finding }] : [];
      });
      const report: DoctorReport = {
        ok: [...found, ...followed].every(({ state }) => state !== 'failed'),
        ...{ service: machine.service.url, project: machine.project, checks: found, hops: followed, probe: session },
      };
      if (json) context.print(JSON.stringify(report, null, 2));
      else tell(report, context, !wantsStack && status?.otlpPort === 'off', machine);
      if (!report.ok) process.exitCode = 1;
    });
}

/** A check that cannot look is a finding, too: the others go on. */
async function calmly(look: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const said = `It could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
    return { state: 'warning', said, fix: 'Mend that, then run this again.' };
  }
}

function tell(report: DoctorReport, { print, colours }: Context, hasStack: boolean, { self }: Machine): void {
  const { bold, dim, green, yellow, red } = colours;
  const marks = { ok: green('✓'), warning: yellow('!'), failed: red('✕'), skipped: dim('–') };
  const line = ({ name, state, said, fix, ms }: NamedFinding) => {
    const took = ms === undefined ? '' : dim(` ${durationWords(ms)}`);
    print(`  ${marks[state]} ${name.padEnd(21)} ${cleanText(said)}${took}`);
    if (fix) print(`    ${' '.repeat(21)} ${bold('→')} ${cleanText(fix)}`);
  };
  print(bold(`Telltale at ${report.service}, for ${report.project}`));
  report.checks.forEach(line);
  print(bold('A probe, hop by hop'));
  foldSkipped(report.hops).forEach(line);
  if (hasStack) print(dim(`  The stack runs: ${self} doctor --stack follows it to Prometheus and Loki.`));
  const all = [...report.checks, ...report.hops];
  const count = (state: Finding['state']) => all.filter((one) => one.state === state).length;
  const [bad, odd] = [count('failed'), count('warning')];
  const words = [...(bad > 0 ? [red(`${bad} failed`)] : []), ...(odd > 0 ? [yellow(`${odd} to look at`)] : [])];
  print(words.length > 0 ? `${words.join(', ')}. By symptom: docs/troubleshooting.md` : green('All is well.'));
}

/** Hops that were not gone for one reason are one line: the reason is what counts. */
function foldSkipped(hops: readonly NamedFinding[]): NamedFinding[] {
  const [first] = hops;
  const isSame = ({ state, said }: NamedFinding) => state === 'skipped' && said === first?.said;
  if (first === undefined || hops.length < 2 || !hops.every(isSame)) return [...hops];
  return [{ ...first, name: 'every hop' }];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 1 || value > 600) throw new InvalidArgumentError('It has to be 1–600.');
  return value;
}
