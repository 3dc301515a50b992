import {
  asksEvent,
  type FieldKey,
  type Filter,
  type FilterTerm,
  facetsSchema,
  reconciliationSchema,
  type Session,
  serviceStatusSchema,
  sessionSchema,
} from '@telltale/core';
import { analysisRowSchema, analysisSchema } from '@telltale/core/analysis';
import * as z from 'zod';

// What a `numbers` token is shown. Where a shape holds content anywhere, field by field: what is not named here is not
// told, so a new field is hidden until somebody says that it is a number, a state, a time or a name.

const kindOnly = <K extends string>({ kind, since, seq }: { kind: K; since: string; seq?: number | undefined }) => ({
  ...{ kind, since, summary: kind },
  ...(seq !== undefined && { seq }),
});

export const sessionNumbers = sessionSchema
  .pick({
    ...{ id: true, app: true, host: true, user: true, state: true, group: true, model: true, knownFrom: true },
    ...{ startedAt: true, endedAt: true, lastEventAt: true, lastSeq: true, turnFinishedAt: true, waitedMs: true },
    ...{
      prompts: true,
      tools: true,
      failures: true,
      subagents: true,
      permissionMode: true,
      provider: true,
      installedTwice: true,
    },
    ...{ parentSessionId: true, pinned: true, notes: true, bookmarks: true, pruned: true },
    ...{ costUsd: true, costSource: true, estimatedUsd: true, unattributedUsd: true, unpriced: true },
    ...{ tokens: true, activity: true, lastRequest: true, statusLine: true },
    ...{ waiting: true, trouble: true, agents: true },
  })
  .transform((session) => ({
    ...session,
    waiting: session.waiting.map((wait) => ({ ...kindOnly(wait), mayBeRunning: wait.mayBeRunning })),
    trouble: session.trouble.map((trouble) => kindOnly(trouble)),
    agents: [],
  }));

/** As a live frame tells it. */
export function sessionNumbersOf(session: Session): z.infer<typeof sessionNumbers> {
  return sessionNumbers.parse(session);
}

export const sessionPageNumbers = z.object({ sessions: z.array(sessionNumbers), next: z.string().nullable() });

export const statusNumbers = serviceStatusSchema
  .pick({
    ...{ version: true, store: true, seq: true, events: true, sessions: true, databaseBytes: true, rejected: true },
    ...{ spoolBacklog: true, spoolDropped: true, unpricedModels: true, viewers: true, timeZone: true, today: true },
    ...{ grafanaUrl: true, quotas: true },
  })
  // The command names a folder of the service's machine.
  .transform((status) => ({ ...status, connectCommand: 'npm run connect -- ~/code/my-project' }));

export const facetNumbers = facetsSchema
  .pick({ apps: true, tools: true, models: true, users: true, hosts: true, providers: true, agents: true })
  // Whoever sends an event chooses its name.
  .transform((facets) => ({ ...facets, names: [], branches: [], repos: [], labels: [] }));

export const reconciliationNumbers = reconciliationSchema.extend({
  sessions: z.array(reconciliationSchema.shape.sessions.element.omit({ title: true })),
});

/** What rows of an analysis may be: names. A row of calls, errors or rules would tell what was done. */
const nameRows = [
  'model',
  'project',
  'user',
  'machine',
  'provider',
  'agent',
  'kind',
  'tool',
  'decider',
  'hour',
  'session',
  'geo',
];

export function isNameRow(by: string): boolean {
  return nameRows.includes(by);
}

export const analysisNumbers = analysisSchema
  .extend({
    rows: z.array(analysisRowSchema.omit({ detail: true, settings: true })),
    behind: z.array(z.object({ id: z.string(), app: z.string().optional() })).optional(),
  })
  // A session's label is its title.
  .transform(({ rows, ...analysis }) => ({
    ...analysis,
    rows: rows.map((row) => (analysis.by === 'session' && !row.isRest ? { ...row, label: row.key } : row)),
  }));

const nameFields: readonly FieldKey[] = [
  'app',
  'session',
  'agent',
  'tool',
  'outcome',
  'model',
  'user',
  'host',
  'provider',
];
const numberTerms: readonly FilterTerm['kind'][] = [
  'is',
  'duration',
  'cost',
  'since',
  'since-date',
  'until',
  'until-date',
];

/** Whether a filter asks for nothing but names, states, times and numbers: else its answer would tell of content. */
export function asksForNumbers({ terms }: Filter): boolean {
  return terms.every((term) => {
    if (term.kind === 'field') return nameFields.includes(term.key);
    // `is:sensitive` is about a file that was touched.
    return numberTerms.includes(term.kind) && !(term.kind === 'is' && asksEvent(term.names));
  });
}
