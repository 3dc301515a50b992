import { apiErrors, refusals, retriesExhausted } from './api-failures.ts';
import { budgetDay } from './budget-day.ts';
import { budgetSession } from './budget-session.ts';
import { budgetUserDay } from './budget-user-day.ts';
import { bypassPermissions } from './bypass-permissions.ts';
import { contextFull } from './context-full.ts';
import { diskLow } from './disk-low.ts';
import { mcpFailures } from './mcp-failures.ts';
import { quotaNear } from './quota-near.ts';
import { repeatedCall } from './repeated-call.ts';
import { reporterSilent } from './reporter-silent.ts';
import type { AlertRule } from './rule.ts';
import { sensitiveFile } from './sensitive-file.ts';
import { silent } from './silent.ts';
import { spendRate } from './spend-rate.ts';
import {
  exporterFailures,
  hooksWithoutTelemetry,
  partDown,
  queueWaiting,
  reconciliation,
  telemetryWithoutHooks,
} from './stack.ts';
import { unpricedModel } from './unpriced-model.ts';
import { unusualDay } from './unusual-day.ts';
import { usageLimit } from './usage-limit.ts';
import { waiting } from './waiting.ts';

/** Every alert there is, in the order in which they are shown: the service's, Grafana's, and those that both know. */
export const alertTable = {
  budget_day: budgetDay,
  budget_user_day: budgetUserDay,
  budget_session: budgetSession,
  spend_rate: spendRate,
  unusual_day: unusualDay,
  unpriced_model: unpricedModel,
  waiting,
  silent,
  repeated_call: repeatedCall,
  context_full: contextFull,
  usage_limit: usageLimit,
  quota_near: quotaNear,
  api_errors: apiErrors,
  retries_exhausted: retriesExhausted,
  refusals,
  bypass_permissions: bypassPermissions,
  sensitive_file: sensitiveFile,
  mcp_failures: mcpFailures,
  reporter_silent: reporterSilent,
  disk_low: diskLow,
  exporter_failures: exporterFailures,
  queue_waiting: queueWaiting,
  part_down: partDown,
  reconciliation,
  telemetry_without_hooks: telemetryWithoutHooks,
  hooks_without_telemetry: hooksWithoutTelemetry,
} as const satisfies Record<string, AlertRule>;

export type AlertName = keyof typeof alertTable;
export const alertNames = Object.keys(alertTable) as AlertName[];

/** A rule as the type that all have. */
export function ruleOf(name: AlertName): AlertRule {
  return alertTable[name];
}
