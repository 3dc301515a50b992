import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, isFields, textAt } from '../fields.ts';
import { present } from '../present.ts';
import type { AmsSession } from './ams.ts';
import { amsEvents } from './ams-events.ts';
import { amsTotals } from './ams-totals.ts';
import { type ExportFacts, type ExportSources, storyOf } from './sources.ts';

export interface AmsOptions {
  /** Whether what the agent thought is told, too. */
  thinking: boolean;
}

/** The agent, where its owner gave it no name of its own. */
const claudeCode = 'claude-code';

export function amsSession(sources: ExportSources, facts: ExportFacts, { thinking }: AmsOptions): AmsSession {
  const { session, events: told, cost } = sources;
  const story = storyOf(sources);
  const events = amsEvents(sources, story, { thinking });
  const {
    'service.version': version,
    'deployment.environment.name': named,
    'deployment.environment': older,
    'gen_ai.agent.name': agent = claudeCode,
    'gen_ai.agent.version': agentVersion = agent === claudeCode ? (clientVersionOf(sources) ?? version) : undefined,
  } = resourceOf(told);
  return {
    schema_version: '1',
    session_id: session.id,
    'gen_ai.conversation.id': session.id,
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.agent.name': agent,
    ...present({
      'gen_ai.request.model': session.model,
      'gen_ai.agent.version': agentVersion,
      title: session.title,
      environment: named ?? older ?? facts.environment,
      ended_at: session.endedAt ?? story.to,
      parent_session_id: session.parentSessionId,
    }),
    status: session.state,
    tags: [...(sources.labels ?? [])],
    metadata: metadataOf(sources),
    started_at: session.startedAt,
    totals: { ...amsTotals(sources, story, events), cost_source: cost?.costSource ?? 'none' },
    exported_at: facts.exportedAt,
    exporter: `telltale ${facts.version}`,
    personal_data_masked: facts.isMasked,
    events,
  };
}

/** What its telemetry was told of where it runs: OTEL_RESOURCE_ATTRIBUTES. */
function resourceOf(events: readonly TelltaleEvent[]): Record<string, string | undefined> {
  const told = events.find(({ source, payload }) => source === 'otel' && isFields(payload?.resource));
  const resource = fieldsAt(told?.payload, 'resource') ?? {};
  return Object.fromEntries(Object.entries(resource).map(([key, value]) => [key, String(value)]));
}

function clientVersionOf({ entries, events }: ExportSources): string | undefined {
  const said = entries.findLast(({ line }) => textAt(line, 'version') !== undefined);
  const told = events.findLast(({ source, payload }) => source === 'otel' && textAt(payload, 'app.version'));
  return textAt(said?.line, 'version') ?? textAt(told?.payload, 'app.version');
}

function metadataOf({ session, events }: ExportSources): Record<string, string> {
  const { app, cwd, repo, branch, commit, worktree, host, user, entrypoint } = session;
  const { permissionMode, startSource, endReason } = session;
  const own = { app, cwd, repo, branch, commit, worktree, host, user, entrypoint };
  const told = { ...own, permission_mode: permissionMode, start_source: startSource, end_reason: endReason };
  return present({ ...resourceOf(events), ...told }) as Record<string, string>;
}
