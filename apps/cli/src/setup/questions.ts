import { resolve } from 'node:path';
import { quoted } from '@telltale/hooks/connect/show.mjs';
import { ask, confirm } from '../ask.ts';
import type { TelemetryPlace } from './telemetry.ts';

export async function askPlace(cwd: string): Promise<{ isGlobal: boolean; project: string | undefined }> {
  const answer = await ask(`Connect all your projects, or one? Its folder, or Enter for all (. is ${quoted(cwd)}): `);
  return answer === '' ? { isGlobal: true, project: undefined } : { isGlobal: false, project: resolve(cwd, answer) };
}

export async function askTelemetry(isGlobal: boolean): Promise<TelemetryPlace> {
  const question = 'Telemetry tells tokens, cost and latency. Send it, from every project of yours?';
  if (await confirm(question, isGlobal)) return 'user';
  return isGlobal ? 'none' : 'file';
}

export function askWho(): Promise<boolean> {
  return confirm('Shall events say who and where: your user name, the machine, repository and commit?', true);
}

export function askPrompts(): Promise<boolean> {
  return confirm('Shall telemetry have the text of your prompts, too? Without it: their length.', false);
}
