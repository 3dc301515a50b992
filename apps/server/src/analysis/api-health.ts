import type { Fact } from '@telltale/core/analysis';
import type { AnalysisDefinition } from './definition.ts';
import { eventsSql } from './events-sql.ts';
import { noName, sessionKey } from './session-key.ts';

interface RequestFact extends Fact {
  numbers: { requests: number; errors: number };
  samples: { durationMs: number[]; ttftMs: number[] };
}

interface RequestRow {
  session: number;
  model: string;
  durationMs: number | null;
  ttftMs: number | null;
}

interface ErrorRow {
  session: number | null;
  at: number;
  model: string | null;
}

export const apiHealth: AnalysisDefinition = {
  title: 'API health',
  question: 'How fast does the API answer, and how often does it fail?',
  view: 'api',
  shape: 'ranked',
  by: { model: 'model', project: 'project', user: 'user' },
  measures: [
    { key: 'requests', label: 'requests', unit: 'count', as: 'sum' },
    { key: 'errors', label: 'errors', unit: 'count', as: 'sum' },
    { key: 'ttftP50', label: 'first token', unit: 'ms', as: 'p50', of: 'ttftMs' },
    { key: 'ttftP95', label: '95 %', unit: 'ms', as: 'p95', of: 'ttftMs' },
    { key: 'durationP50', label: 'answer', unit: 'ms', as: 'p50', of: 'durationMs' },
    { key: 'durationP95', label: '95 %', unit: 'ms', as: 'p95', of: 'durationMs' },
  ],
  unknown: 'how fast the API answered, and whether it failed, is in no transcript',
  *facts({ database, sessions }, { from, to, by, model: wanted, only }) {
    const keyOf = (session: number | null, model: string) =>
      sessionKey(by, session === null ? { no: 0, id: noName, provider: noName } : sessions(session)) ?? { key: model };
    const isWanted = (session: number | null, model: string) =>
      (wanted === undefined || model === wanted) && (!only || (session !== null && only.has(session)));

    const requests = database.prepare<[number, number], RequestRow>(`
      SELECT session, model, duration_ms AS durationMs, ttft_ms AS ttftMs
      FROM spend WHERE kind = 'request' AND at >= ? AND at < ?`);
    // Added up by session and model here: there may be hundreds of thousands.
    const groups = new Map<string, RequestFact>();
    for (const { session, model, durationMs, ttftMs } of requests.iterate(from, to)) {
      if (!isWanted(session, model)) continue;
      const name = `${session} ${model}`;
      let group = groups.get(name);
      if (!group) {
        const numbers = { requests: 0, errors: 0 };
        group = { ...keyOf(session, model), session, numbers, samples: { durationMs: [], ttftMs: [] } };
        groups.set(name, group);
      }
      group.numbers.requests += 1;
      if (durationMs !== null) group.samples.durationMs.push(durationMs);
      if (ttftMs !== null) group.samples.ttftMs.push(ttftMs);
    }
    yield* groups.values();
    // A refusal is an answer of its own; giving up after retries is told beside the errors that led to it.
    const errors = database.prepare<[{ from: number; to: number }], ErrorRow>(
      eventsSql('session, at, model', `source = 'otel' AND name IN ('api_error', 'api_refusal')`),
    );
    for (const { session, at, model } of errors.iterate({ from, to })) {
      const told = model ?? 'no model told';
      if (!isWanted(session, told)) continue;
      yield { ...keyOf(session, told), session: session ?? 0, at, numbers: { requests: 0, errors: 1 } };
    }
  },
};
