import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Told, ToldHook } from '../../apps/cli/src/demo/told.ts';
import { root, type Service } from '../service.ts';

/** Sends one hook as the hook script does; answers when it is stored. */
export async function sendHook(service: Service, hook: Partial<ToldHook> & Pick<ToldHook, 'input'>): Promise<void> {
  const response = await fetch(`${service.url}/ingest/hook`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'telltale-event-id': randomUUID(),
      'telltale-at': String(hook.atMs ?? Date.now()),
      ...hook.headers,
    },
    body: JSON.stringify(hook.input),
  });
  if (!response.ok) throw new Error(`POST /ingest/hook: ${response.status} ${await response.text()}`);
}

/** What is sent of a session. */
export type Sent = Pick<Told, 'sessionId' | 'app' | 'hooks' | 'entries'>;

/** Sends sessions as they would have come: hooks by their time, transcripts behind them. */
export async function deliver(service: Service, ...sessions: Sent[]): Promise<void> {
  const hooks = sessions.flatMap((session) => session.hooks).sort((a, b) => a.atMs - b.atMs);
  for (const hook of hooks) await sendHook(service, hook);
  for (const session of sessions) await deliverTranscript(service, session);
}

export async function deliverTranscript(service: Service, { sessionId, app, entries }: Sent): Promise<void> {
  for (const agentId of new Set(entries.map((entry) => entry.agentId))) {
    const lines = entries.filter((entry) => entry.agentId === agentId).map((entry) => entry.line);
    const body = JSON.stringify({ sessionId, ...(agentId && { agentId }), entries: lines });
    const headers = { 'content-type': 'application/json', 'telltale-app': app };
    const response = await fetch(`${service.url}/ingest/transcript`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(`POST /ingest/transcript: ${response.status} ${await response.text()}`);
  }
}

export interface Captured {
  sessionId: string;
  hooks: ToldHook[];
}

/** A recorded session of the real client, moved in time so that it ends `agoMs` before now. */
export function captured(name: string, agoMs = 1000): Captured {
  const path = join(root, 'packages/core/fixtures/hooks', `${name}.ndjson`);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { atMs: number; input: Record<string, unknown> });
  const shiftMs = Date.now() - agoMs - Math.max(...records.map((record) => record.atMs));
  const hooks = records.map(({ atMs, input }) => ({
    ...{ atMs: atMs + shiftMs, input },
    headers: { 'telltale-app': name, 'telltale-install': 'project' },
  }));
  return { sessionId: String(records[0]?.input.session_id), hooks };
}
