export { type AlertFactName, type AlertFacts, rateMinutes } from './alerts/facts.ts';
export { type AlertMarks, inWindow, judgeAlerts, markOf, rulesOn } from './alerts/judge.ts';
export { type AlertMessage, alertMessage, alertOf } from './alerts/message.ts';
export type { AlertInstance, AlertMark } from './alerts/rule.ts';
export { type AlertState, emptyAlertState, stepAlerts } from './alerts/state.ts';
export { type AlertName, alertNames, alertTable, ruleOf } from './alerts/table.ts';
export * from './alerts/view.ts';
