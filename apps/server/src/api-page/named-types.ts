import {
  annotationSchema,
  costPartSchema,
  eventSchema,
  firingAlertSchema,
  problemSchema,
  requestCostSchema,
  sessionSchema,
  tokensSchema,
  transcriptEntrySchema,
} from '@telltale/core';
import { analysisInfoSchema, analysisRowSchema } from '@telltale/core/analysis';
import * as z from 'zod';
import type { JsonSchema, NameOf } from './type-text.ts';

/** Shapes that many answers have in common: told once, by their names. */
export const namedTypes = {
  Event: eventSchema,
  Session: sessionSchema,
  TranscriptEntry: transcriptEntrySchema,
  RequestCost: requestCostSchema,
  CostPart: costPartSchema,
  Tokens: tokensSchema,
  Annotation: annotationSchema,
  AnalysisInfo: analysisInfoSchema,
  AnalysisRow: analysisRowSchema,
  FiringAlert: firingAlertSchema,
  Problem: problemSchema,
} as const satisfies Record<string, z.ZodType>;

const byText = new Map(
  Object.entries(namedTypes).flatMap(([name, schema]) =>
    (['input', 'output'] as const).map((io) => [JSON.stringify(jsonSchemaOf(schema, io)), name] as const),
  ),
);

export const nameOfType: NameOf = (schema) => byText.get(JSON.stringify(schema));

export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonSchema;
}
