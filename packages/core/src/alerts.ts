export { type AlertFactName, type AlertFacts, rateMinutes } from './alerts/facts.ts';
export { type AlertMarks, inWindow, judgeAlerts, markOf, rulesOn } from './alerts/judge.ts';
export { type AlertMessage, alertMessage, ownAlert } from './alerts/message.ts';
export {
  type AlertInstance,
  type AlertMark,
  type AlertRule,
  type AlertSeverity,
  alertSeverities,
} from './alerts/rule.ts';
export {
  type AlertFindings,
  type AlertState,
  type AlertWord,
  emptyAlertState,
  fingerprintOf,
  stepAlerts,
} from './alerts/state.ts';
export { type AlertName, alertNames, alertTable, ruleOf } from './alerts/table.ts';
export * from './alerts/view.ts';
