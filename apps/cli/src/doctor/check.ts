import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** One thing that can be wrong with an installation. */
export interface Check {
  /** What it is about, for a person. */
  title: string;
  look(machine: Machine): Finding | Promise<Finding>;
}
