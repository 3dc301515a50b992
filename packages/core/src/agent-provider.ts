import type { Origin } from './event.ts';
import { type Fields, textAt } from './fields.ts';
import type { Redact } from './redact.ts';

/** The agent of whoever says nothing else. */
export const usualProvider = 'claude-code';

const maxLength = 100;

/** The agent that a hook's body names, beside what its headers told; an agent that nobody knows keeps its name. */
export function withProviderOf(input: Fields, origin: Origin | undefined): Origin | undefined {
  const told = textAt(input, 'agent_provider');
  return told === undefined ? origin : { ...origin, ...providerIn(told) };
}

/** The agent that telemetry is of: its service, unless the records are Claude Code's own, whatever its service is called. */
export function originOfTelemetry(resource: Fields, scope: string, redact: Redact): Origin | undefined {
  const service = textAt(resource, 'service.name');
  if (service === undefined || service === usualProvider || scope.startsWith(claudeScope)) return undefined;
  return providerIn(redact(service).text);
}

const claudeScope = 'com.anthropic.claude_code';

function providerIn(name: string): Origin | undefined {
  const provider = name.trim().slice(0, maxLength);
  return provider === '' || provider === usualProvider ? undefined : { provider };
}
