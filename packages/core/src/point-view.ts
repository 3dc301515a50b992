import * as z from 'zod';

/** One point of a metric, as its session's client told it last. */
const pointViewSchema = z.object({
  /** `claude_code.cost.usage`, … */
  name: z.string(),
  unit: z.string(),
  temporality: z.enum(['cumulative', 'delta', 'none']),
  /** Milliseconds since 1970. */
  atMs: z.number(),
  /** Absent for what is no single number: a histogram. */
  value: z.number().optional(),
});

/** `GET /api/sessions/:id/points`: by name and time. */
export const pointPageSchema = z.object({ points: z.array(pointViewSchema), isWhole: z.boolean() });

export type PointView = z.infer<typeof pointViewSchema>;
export type PointPage = z.infer<typeof pointPageSchema>;
