import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { folderOf, type Ran, telltale } from '../../apps/cli/fixtures/telltale.ts';
import { type DoctorReport, doctorReportSchema } from '../../apps/cli/src/doctor/report.ts';

/** A user whose Claude Code was connected by `telltale setup`, and what a fault does to that. */
export interface Ground {
  /** The user's folder, and Telltale's in it. */
  user: string;
  home: string;
  project: string;
  settings: { user: string; project: string; local: string };
  /** Variables of the user's shell; a fault may change them. */
  env: Record<string, string>;
  /** Where the service answers. */
  url: string;
  change(path: string, change: (settings: Settings) => void): void;
  write(path: string, text: string): void;
}

export interface Settings {
  env?: Record<string, string>;
  hooks?: Record<string, { hooks: { command: string }[] }[]>;
  [key: string]: unknown;
}

export async function connected(url: string, endpoint?: string): Promise<Ground> {
  const user = folderOf('doctor');
  const project = join(user, 'shop');
  mkdirSync(project);
  const ground: Ground = {
    ...{ user, project, url, home: join(user, '.telltale'), env: { HOME: user } },
    settings: {
      user: join(user, '.claude', 'settings.json'),
      project: join(project, '.claude', 'settings.json'),
      local: join(project, '.claude', 'settings.local.json'),
    },
    change(path, change) {
      const settings = JSON.parse(readFileSync(path, 'utf8')) as Settings;
      change(settings);
      writeFileSync(path, JSON.stringify(settings, null, 2));
    },
    write(path, text) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    },
  };
  const args = ['setup', '--project', project, '--telemetry', 'user', '--url', url, '--yes'];
  expect(await telltale(args, { cwd: project, env: ground.env })).toMatchObject({ code: 0 });
  if (endpoint)
    ground.change(ground.settings.user, ({ env = {} }) => {
      env.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint;
    });
  return ground;
}

export interface Diagnosis extends Ran {
  report: DoctorReport;
  /** What is not well: each check or hop by its name, with what it came to. */
  found: Record<string, 'warning' | 'failed'>;
  /** All that was said of one of them. */
  said(name: string): string;
}

/** What `telltale doctor --json` says there. */
export async function doctor(ground: Ground, ...args: string[]): Promise<Diagnosis> {
  const { project, env } = ground;
  const ran = await telltale(['doctor', '--json', ...args], { cwd: project, env });
  const report = doctorReportSchema.parse(JSON.parse(ran.out || ran.err));
  const all = [...report.checks, ...report.hops];
  const found = Object.fromEntries(
    all.flatMap(({ name, state }) => (state === 'warning' || state === 'failed' ? [[name, state] as const] : [])),
  );
  const said = (name: string) => {
    const one = all.find((finding) => finding.name === name);
    return `${one?.said} ${one?.fix ?? ''}`;
  };
  return { ...ran, report, found, said };
}
