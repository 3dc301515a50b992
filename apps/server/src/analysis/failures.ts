import type { AnalysisDefinition } from './definition.ts';

export const failures: AnalysisDefinition = {
  title: 'Repeated failures',
  question: 'What fails again and again?',
  view: 'work',
  shape: 'ranked',
  by: { call: 'call' },
  measures: [
    { key: 'failures', label: 'failed', unit: 'count', as: 'sum' },
    { key: 'lostMs', label: 'time lost', unit: 'ms', as: 'sum' },
  ],
  *facts({ calls, sessions }, asked) {
    const seen = new Map<string, number>();
    const failed = [...calls(asked)].flatMap(({ session, calls: found }) =>
      // Words go with the events that they are from.
      found.flatMap((call) => (call.state === 'failed' && call.words !== '' ? { ...call, session } : [])),
    );
    const keyOf = (call: (typeof failed)[number]) => `${sessions(call.session).app ?? ''}\n${call.words}`;
    for (const call of failed) seen.set(keyOf(call), (seen.get(keyOf(call)) ?? 0) + 1);
    for (const call of failed) {
      const { session, at, words: label, durationMs: lostMs = 0 } = call;
      const { app } = sessions(session);
      if ((seen.get(keyOf(call)) ?? 0) < 2) continue;
      const detail = [app, call.errorLine].filter(Boolean).join(' · ') || undefined;
      yield { key: keyOf(call), ...{ label, session, at, detail, numbers: { failures: 1, lostMs } } };
    }
  },
};
