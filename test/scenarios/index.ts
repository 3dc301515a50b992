import { apiErrorRefused, apiErrorsExhausted, apiErrorsRetried, cutStream, refusal } from './api-errors.ts';
import { denied } from './denied.ts';
import { hello } from './hello.ts';
import { killed, terminated } from './interrupted.ts';
import { mcp } from './mcp.ts';
import type { Scenario } from './scenario.ts';
import { backgroundSubagent, parallelSubagents } from './subagents.ts';
import { cleared, failedTurn, permissionAnswered, question } from './terminal.ts';
import { badCalls, longSession, tools } from './tools.ts';
import { compacted, forked, resumed, worktree } from './turns.ts';

/** Every way to use the client that the tests know. Adding one is a row here and its object beside its kind. */
export const scenarios: readonly Scenario[] = [
  hello,
  tools,
  badCalls,
  denied,
  parallelSubagents,
  backgroundSubagent,
  resumed,
  forked,
  compacted,
  worktree,
  apiErrorsRetried,
  apiErrorsExhausted,
  apiErrorRefused,
  cutStream,
  refusal,
  mcp,
  terminated,
  killed,
  permissionAnswered,
  question,
  failedTurn,
  cleared,
  longSession,
];
