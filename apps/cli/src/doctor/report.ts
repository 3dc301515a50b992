import * as z from 'zod';
import { findingSchema } from './finding.ts';

const namedSchema = findingSchema.extend({ name: z.string() });

/** `telltale doctor --json`. */
export const doctorReportSchema = z.object({
  /** Nothing failed. */
  ok: z.boolean(),
  service: z.string(),
  project: z.string(),
  checks: z.array(namedSchema),
  /** The probe, hop by hop. */
  hops: z.array(namedSchema),
  /** The session that the probe was; it is removed. */
  probe: z.string(),
});

export type DoctorReport = z.infer<typeof doctorReportSchema>;
export type NamedFinding = z.infer<typeof namedSchema>;
