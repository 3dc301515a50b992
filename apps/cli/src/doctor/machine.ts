import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type ServiceStatus, serviceStatusSchema } from '@telltale/core';
import { type AccessView, accessSchema } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import { isDestination, telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';
import { findOtlpEndpoint, type OtlpEndpoint } from '../setup/otlp-endpoint.ts';
import { type SpoolFolder, spoolFolders } from '../spool.ts';
import { hookDestination, isSame } from './hook-destination.ts';
import { type SettingsFile, settingsFiles } from './settings-files.ts';
import { hookVariables, telemetryVariables, type Variables } from './variables.ts';

/** What the checks go by: read once, so that all of them speak of the same moment. */
export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  /** Telltale's folder. */
  home: string;
  /** The project whose sessions are looked after. */
  project: string;
  node: string;
  /** Of this command. */
  version: string;
  /** Claude Code’s, where it is on the PATH. */
  client?: string;
  settings: SettingsFile[];
  telemetry: Variables;
  hooks: Variables;
  spool: SpoolFolder[];
  service: Service;
  /** The one that hooks send to, where that is another. */
  hookService?: Service;
  answer: ServiceAnswer;
  /** Where telemetry has to go in the mode that runs. */
  otlp: OtlpEndpoint;
  /** How this command is called. */
  self: string;
  now: number;
}

/** What the service said; `problem` where it said nothing that helps. */
export type ServiceAnswer = (
  | { status: ServiceStatus; problem?: undefined }
  | { problem: string; status?: undefined }
) & {
  /** How far its clock is ahead of ours, at least. */
  clockMs?: number;
  /** Absent: nobody answers there. */
  access?: AccessView;
};

/** Whether a probe can be taken away again. */
export function mayRemove({ access }: ServiceAnswer): boolean {
  return access !== undefined && (!access.required || access.scope === 'admin');
}

export async function examine(context: Context, project: string): Promise<Machine> {
  const { env, now, self } = context;
  const home = telltaleHome();
  const settings = settingsFiles(project);
  const service = context.service();
  const [answer, client, otlp] = await Promise.all([
    askService(service),
    clientVersion(env),
    findOtlpEndpoint(service, env.OTLP_HTTP_PORT),
  ]);
  const machine = {
    ...{ env, home, project, settings, service, answer, otlp, self },
    ...{ node: process.versions.node, version: process.env.TELLTALE_CLI_VERSION ?? '0.0.0', now: now() },
    ...(client !== undefined && { client }),
    telemetry: telemetryVariables({ env, settings, home }),
    hooks: hookVariables({ env, settings }),
    spool: spoolFolders(home),
  };
  const { url } = hookDestination(machine);
  return isSame(url, service.url) || !isDestination(url) ? machine : { ...machine, hookService: context.service(url) };
}

async function askService(service: Service): Promise<ServiceAnswer> {
  let heard: Pick<ServiceAnswer, 'clockMs' | 'access'> = {};
  try {
    heard = present({ clockMs: await clockDifference(service) });
    heard = { ...heard, access: await service.get('/api/access', accessSchema) };
    return { status: await service.get('/api/status', serviceStatusSchema), ...heard };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message, ...heard };
    throw error;
  }
}

/** How far its clock is ahead of ours at least, ms: the header tells whole seconds, and the way takes time, too. */
async function clockDifference(service: Service): Promise<number | undefined> {
  const before = Date.now();
  const response = await service.ask('/healthz');
  const after = Date.now();
  const told = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(told)) return undefined;
  if (told > after) return told - after;
  return told + 1000 < before ? told + 1000 - before : 0;
}

async function clientVersion(env: Machine['env']): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('claude', ['--version'], { env: { ...env }, timeout: 10_000 });
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch {
    return undefined; // Not on the PATH, as in an editor's extension; its settings are read all the same.
  }
}
