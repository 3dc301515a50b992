import * as z from 'zod';
import { type Redact, type Redaction, redactSecrets } from './redact.ts';

/** What people put on a session or on one thing in it. A pin is a session's alone; bookmark and pin have no text. */
export const annotationKinds = ['note', 'label', 'bookmark', 'pin'] as const;

/** How long a text may be, and how many one session may have. */
export const annotationLimits = { note: 4000, label: 64, perSession: 1000, labelsPerSession: 50 } as const;

const idRule = 'must be a text of 1–200 characters';
const idSchema = z.string({ error: idRule }).min(1, idRule).max(200, idRule);

/**
 * What in the session is meant, by ids that a second import gives again; nothing of it: the session itself.
 * A tool call, a prompt or a subagent is one thing, whatever events tell it; all else is one event or transcript line.
 */
const annotationTargetSchema = z.object({
  eventId: idSchema.optional(),
  toolUseId: idSchema.optional(),
  promptId: idSchema.optional(),
  agentId: idSchema.optional(),
  /** The `uuid` of a transcript line. */
  entryUuid: idSchema.optional(),
});

export const annotationSchema = annotationTargetSchema.extend({
  id: z.string(),
  sessionId: z.string(),
  kind: z.enum(annotationKinds),
  /** Of a note or a label, redacted. */
  text: z.string().optional(),
  createdAt: z.string(),
});

/** `POST /api/annotations`. */
export const newAnnotationSchema = annotationTargetSchema.extend({
  sessionId: idSchema,
  kind: z.enum(annotationKinds, { error: `must be one of ${annotationKinds.join(', ')}` }),
  text: z.string({ error: 'must be a text' }).optional(),
});

export const annotationPageSchema = z.object({
  annotations: z.array(annotationSchema),
  next: z.string().nullable(),
});

export type AnnotationKind = (typeof annotationKinds)[number];
export type AnnotationTarget = z.infer<typeof annotationTargetSchema>;
export type Annotation = z.infer<typeof annotationSchema>;
export type AnnotationPage = z.infer<typeof annotationPageSchema>;
export type NewAnnotation = z.infer<typeof newAnnotationSchema>;

const targetKeys = Object.keys(annotationTargetSchema.shape) as (keyof AnnotationTarget)[];

/** The same text for the same thing; empty for the session itself. */
export function targetKey(target: AnnotationTarget): string {
  const [key] = targetKeys.filter((one) => target[one] !== undefined);
  return key === undefined ? '' : `${key}:${target[key]}`;
}

/** What came as it is kept (trimmed, redacted), or what is wrong with it. */
export function readAnnotation(input: unknown, redact: Redact = redactSecrets): NewAnnotation | { error: string } {
  const read = newAnnotationSchema.safeParse(input);
  if (!read.success && read.error.issues.some(({ path }) => path.length === 0))
    return { error: 'the body must be a JSON object with sessionId and kind' };
  if (!read.success)
    return { error: read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') };
  const { kind, text, ...rest } = read.data;
  const targets = targetKeys.filter((key) => rest[key] !== undefined);
  if (targets.length > 1) return { error: `an annotation is about one thing: give one of ${targets.join(', ')}` };
  if (kind === 'pin' && targets.length > 0) return { error: `a pin is a session’s: give no ${targets[0]}` };
  if (kind === 'pin' || kind === 'bookmark') return { kind, ...rest };
  const kept = textOf(kind, redact(text ?? ''));
  if (kept === '') return { error: `text must not be empty: a ${kind} is its words` };
  const most = annotationLimits[kind];
  if (kept.length > most) return { error: `text must be at most ${most} characters in a ${kind}, got ${kept.length}` };
  return { kind, text: kept, ...rest };
}

/** A label is one line of words; a note keeps its lines. */
function textOf(kind: 'note' | 'label', { text: safe }: Redaction): string {
  return kind === 'label' ? safe.replace(/[\s\p{Cc}]+/gu, ' ').trim() : safe.replace(/(?![\n\t])\p{Cc}/gu, '').trim();
}
