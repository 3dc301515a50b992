import type { Context } from '../context.ts';
import type { Service } from '../service.ts';
import { findOtlpEndpoint, type OtlpEndpoint } from './otlp-endpoint.ts';
import { askPrompts, askTelemetry } from './questions.ts';
import { type TelemetryPlace, telemetryElsewhere, telemetryVariables } from './telemetry.ts';
import type { Wishes } from './wishes.ts';

/** What the client is told of telemetry, and what is said about it. */
export interface TelemetryChoice {
  place: TelemetryPlace;
  /** Absent: nothing is changed. */
  variables: Record<string, string> | undefined;
  words: string[];
}

export async function chooseTelemetry(
  wishes: Wishes,
  { env, colours }: Context,
  sentTo: Service,
): Promise<TelemetryChoice> {
  const { isGlobal, asks } = wishes;
  const place = wishes.telemetry ?? (asks ? await askTelemetry(isGlobal) : isGlobal ? 'user' : 'file');
  if (place === 'none') return { place, variables: undefined, words: [noTelemetry] };
  const found = await findOtlpEndpoint(sentTo);
  const elsewhere = place === 'user' ? telemetryElsewhere(found.endpoint, env) : undefined;
  if (elsewhere) {
    const stays = colours.yellow(`Telemetry stays as it is: ${elsewhere}.`);
    const fix = `To have it here, remove that and run this again; to have it in both, let that collector pass it on to ${found.endpoint}.`;
    return { place, variables: undefined, words: [stays, fix] };
  }
  const prompts = wishes.logPrompts ?? (asks ? await askPrompts() : false);
  const told = { endpoint: found.endpoint, token: sentTo.token, prompts, traces: wishes.traces === true };
  const words = [
    ...wordsOf(place, found, prompts),
    ...(sentTo.token ? [colours.dim(withToken)] : []),
    colours.dim(byHooks),
  ];
  return { place, variables: telemetryVariables(told), words };
}

function wordsOf(place: TelemetryPlace, { endpoint, why }: OtlpEndpoint, prompts: boolean): string[] {
  const whose = place === 'user' ? 'of every project of yours' : 'of sessions started with the file below';
  return [
    `Telemetry ${whose} goes to ${endpoint}`,
    `(${why}): tokens, cost, latency, decisions, names of tools, commands of Bash.`,
    prompts
      ? 'The text of your prompts is in it, too; where the stack runs, it is kept in Loki.'
      : 'Of prompts it has the length only; --log-prompts sends their text, too.',
  ];
}

const noTelemetry = 'No telemetry: sessions have tokens and cost only from their transcripts, as estimates.';
const withToken = 'Your token is among those variables; docs/remote.md has a helper that keeps it out of settings.';
const byHooks = 'By the hooks the service gets prompts, answers and results in any case, and masks secrets in them.';
