import * as z from 'zod';
import { firingAlertSchema } from '../firing-alerts.ts';
import { alertSeverities } from './rule.ts';

/** One rule, as the page Alerts tells it. */
const alertRuleSchema = z.object({
  name: z.string(),
  title: z.string(),
  severity: z.enum(alertSeverities),
  /** `by-grafana`: only the compose stack can tell it. */
  state: z.enum(['off', 'on', 'pending', 'firing', 'by-grafana']),
  variable: z.string(),
  /** What the number is. */
  meaning: z.string(),
  fires: z.enum(['above', 'from', 'below']),
  /** Absent where the rule is off. */
  limit: z.number().optional(),
  /** Nobody set the limit: it is the usual one. */
  isUsual: z.literal(true).optional(),
  lastingMinutes: z.number(),
  cooldownMinutes: z.number(),
  runbook: z.string(),
  lastFiredAt: z.string().optional(),
});

/** Ways in which alerts leave this machine. */
export const alertTargetKinds = ['webhook', 'slack', 'mail'] as const;

const alertTargetSchema = z.object({
  kind: z.enum(alertTargetKinds),
  isOn: z.boolean(),
  /** The variable that turns it on. */
  variable: z.string(),
  /** Messages that wait for their next try. */
  waiting: z.number().int(),
  lastSentAt: z.string().optional(),
  /** Why the last try failed; never with an address or a secret in it. */
  problem: z.string().optional(),
});

/** What was said of an alert. */
const saidAlertSchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  status: z.enum(['firing', 'resolved']),
  summary: z.string(),
  severity: z.string().optional(),
  sessionId: z.string().optional(),
});

/** `GET /api/alerts`. */
export const alertsSchema = z.object({
  rules: z.array(alertRuleSchema),
  /** Also those of single sessions, and Grafana's. */
  firing: z.array(firingAlertSchema.extend({ severity: z.string().optional(), sessionId: z.string().optional() })),
  /** The newest first. */
  history: z.array(saidAlertSchema),
  targets: z.array(alertTargetSchema),
});

/** `POST /api/alerts/test`: how each way that is on took a message that is marked as a test. */
export const alertTestSchema = z.object({
  sent: z.array(z.object({ kind: z.enum(alertTargetKinds), ok: z.boolean(), problem: z.string().optional() })),
});

export type AlertRuleView = z.infer<typeof alertRuleSchema>;
export type AlertTargetKind = (typeof alertTargetKinds)[number];
export type AlertTargetView = z.infer<typeof alertTargetSchema>;
export type AlertsView = z.infer<typeof alertsSchema>;
export type AlertTest = z.infer<typeof alertTestSchema>;
