import { type AlertName, alertNames, ruleOf } from './alerts/table.ts';

/**
 * From which amount on an alert is wanted. An alert whose variable is unset is off. The service reads the variables and
 * tells Prometheus (`telltale_threshold{alert="…"}`), so that alerts, dashboards and pages know one and the same number.
 */
export const thresholds = Object.fromEntries(
  alertNames.map((name) => [name, { variable: ruleOf(name).variable, meaning: ruleOf(name).meaning }]),
) as Readonly<Record<AlertName, { variable: `TELLTALE_${string}`; meaning: string }>>;

export type ThresholdName = AlertName;
export const thresholdNames: readonly ThresholdName[] = alertNames;

/** Those that are set. */
export type Thresholds = Partial<Record<ThresholdName, number>>;

/** What an alert is measured by: what is set, else what is usual; absent where it is off. */
export function limitOf(name: ThresholdName, set: Thresholds): number | undefined {
  return set[name] ?? ruleOf(name).usual;
}
