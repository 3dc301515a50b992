import type { AnalysisInfo } from '@telltale/core/analysis';
import { activity } from './activity.ts';
import { apiHealth } from './api-health.ts';
import { coldReturns } from './cold-returns.ts';
import { context } from './context.ts';
import type { AnalysisDefinition } from './definition.ts';
import { failedTurns } from './failed-turns.ts';
import { failures } from './failures.ts';
import { permissions } from './permissions.ts';
import { sessions } from './sessions.ts';
import { spend } from './spend.ts';
import { tokens } from './tokens.ts';
import { tools } from './tools.ts';
import { topSessions } from './top-sessions.ts';
import { waiting } from './waiting.ts';

/** Every analysis, by its name in the API, in the order in which the page shows them. */
export const analyses = {
  spend,
  tokens,
  'top-sessions': topSessions,
  'cold-returns': coldReturns,
  'failed-turns': failedTurns,
  sessions,
  activity,
  tools,
  failures,
  waiting,
  permissions,
  'api-health': apiHealth,
  context,
} as const satisfies Record<string, AnalysisDefinition>;

export type AnalysisName = keyof typeof analyses;

export function analysisNamed(name: string): AnalysisDefinition | undefined {
  return Object.hasOwn(analyses, name) ? analyses[name as AnalysisName] : undefined;
}

export function describeAnalyses(): AnalysisInfo[] {
  return Object.entries<AnalysisDefinition>(analyses).map(([name, { title, question, view, shape, by, measures }]) => ({
    ...{ name, title, question, view, shape },
    by: Object.entries(by).map(([key, label]) => ({ key, label })),
    measures: measures.map(({ key, label, unit }) => ({ key, label, unit })),
  }));
}
