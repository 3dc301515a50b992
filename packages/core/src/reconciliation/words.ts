import type { DifferenceReason, ReconciledSource } from '../reconciliation-view.ts';

export const sourceNames: Readonly<Record<ReconciledSource, string>> = {
  ledger: 'Events',
  metric: 'Metrics',
  transcript: 'Transcript',
  client: 'Client’s own',
  prometheus: 'Prometheus',
  loki: 'Loki',
};

interface Told {
  source: ReconciledSource;
  against: ReconciledSource;
  requests?: number | undefined;
}

/** One sentence for whoever wonders about the difference. docs/differences.md has the long answer to each. */
export function wordsOf(reason: DifferenceReason, told: Told): string {
  return sentences[reason](told);
}

const sentences: Readonly<Record<DifferenceReason, (told: Told) => string>> = {
  rounding: () => 'Rounding: the client rounds each request’s event by itself.',
  refused: (told) => `${requestsOf(told)} refused and asked again; the client counts it and sends no event for it.`,
  unheard: (told) => `${requestsOf(told)} without an event: refused and asked again, or the event was lost.`,
  inherited: (told) => `${requestsOf(told)} copied from another session, which counts it (fork or resume).`,
  untold: (told) =>
    `${requestsOf(told)} that no transcript tells: a compaction or a title, or a file that is not stored here.`,
  prices: () => 'This client version reckons with other prices than the table.',
  'broken-stream': () =>
    'An answer broke off and was asked for again: the client counts both, the tokens of one request tell only the second.',
  unpriced: (told) => `${requestsOf(told)} of a model that the table has no price for.`,
  'events-missing': () => 'The metric knows more: events were lost on the way, or are not here yet.',
  'points-missing': () => 'The metric knows less: its exports were lost, are switched off, or are not here yet.',
  less: ({ source, against }) =>
    source === 'client'
      ? 'The client’s own sum is from before the transcript’s last requests: it was killed, or still runs.'
      : `${sourceNames[source]} knows less than ${sourceNames[against].toLowerCase()}: not arrived yet, sent before it ran, or no longer kept.`,
  more: ({ source, against }) =>
    source === 'client'
      ? 'The client’s own sum knows more than the transcript: compactions, titles and answers that broke off are in none.'
      : source === 'loki'
        ? 'Loki knows more: a record that was sent twice counts twice there, or it did not come here.'
        : `${sourceNames[source]} knows more than ${sourceNames[against].toLowerCase()}: it did not come here, or was deleted here.`,
  nothing: ({ source }) =>
    source === 'transcript'
      ? 'In no transcript that is stored here.'
      : source === 'metric'
        ? 'No metrics came: they are switched off, or were lost.'
        : 'Nothing of it there: it was not sent there, or is no longer kept.',
  alone: ({ source }) =>
    source === 'transcript'
      ? 'Told by the transcript alone: telemetry was off, or the session was imported.'
      : source === 'metric'
        ? 'Told by metrics alone: events are switched off, or were lost.'
        : source === 'client'
          ? 'Told by the client’s own sum alone.'
          : `Told by ${sourceNames[source]} alone.`,
};

function requestsOf({ requests = 0 }: Told): string {
  return requests === 1 ? 'One request' : requests > 1 ? `${requests} requests` : 'Requests';
}
