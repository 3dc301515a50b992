import type { TelltaleEvent } from '../event.ts';
import { numericAt, textAt } from '../fields.ts';

/** How long the client waited for the hooks of one name. */
export interface HookOverhead {
  name: string;
  /** How often they ran. */
  runs: number;
  totalMs: number;
  longestMs: number;
  failed: number;
}

/** By `hook_execution_complete` events, the slowest first. */
export function hookOverhead(events: readonly TelltaleEvent[]): HookOverhead[] {
  const hooks = new Map<string, HookOverhead>();
  for (const { source, name, payload, durationMs } of events) {
    if (source !== 'otel' || name !== 'hook_execution_complete') continue;
    const hook = textAt(payload, 'hook_name') ?? textAt(payload, 'hook_event') ?? 'hook';
    const ms = numericAt(payload, 'total_duration_ms') ?? durationMs ?? 0;
    const known = hooks.get(hook) ?? { name: hook, runs: 0, totalMs: 0, longestMs: 0, failed: 0 };
    known.runs += 1;
    known.totalMs += ms;
    known.longestMs = Math.max(known.longestMs, ms);
    known.failed += (numericAt(payload, 'num_non_blocking_error') ?? 0) + (numericAt(payload, 'num_cancelled') ?? 0);
    hooks.set(hook, known);
  }
  return [...hooks.values()].sort((a, b) => b.totalMs - a.totalMs || (a.name < b.name ? -1 : 1));
}
