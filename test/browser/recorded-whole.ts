import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Service } from '../service.ts';
import { sendHook } from './deliver.ts';

type Fields = Record<string, unknown>;

const kinds = ['logs', 'metrics', 'traces'] as const;

export interface Roads {
  hooks?: boolean;
  /** A hook that is kept back: the session goes on. */
  without?: string;
  transcript?: boolean;
  /** All of it, or some. */
  telemetry?: boolean | readonly (typeof kinds)[number][];
  /** Transcript and telemetry tell something else: changes their JSON. */
  reword?: (json: string) => string;
}

const fixtures = join(root, 'packages/core/fixtures');

/**
 * Sends a recording of the real client by the roads that are asked for, moved in time so that its hooks end `agoMs`
 * before now. Tells its sessions, those first that began first.
 */
export async function deliverRecording(
  service: Service,
  name: string,
  roads: Roads,
  agoMs = 60_000,
): Promise<string[]> {
  const records = lines(join(fixtures, 'hooks', `${name}.ndjson`)) as { atMs: number; input: Fields }[];
  const shiftMs = Date.now() - agoMs - Math.max(...records.map(({ atMs }) => atMs));
  if (roads.hooks) {
    for (const { atMs, input } of records) {
      if (input.hook_event_name === roads.without) continue;
      await sendHook(service, {
        atMs: atMs + shiftMs,
        input,
        headers: { 'telltale-app': name, 'telltale-install': 'project' },
      });
    }
  }
  const reworded = (value: unknown): unknown =>
    roads.reword ? JSON.parse(roads.reword(JSON.stringify(value))) : value;
  const sessionIds = [...new Set(records.map(({ input }) => String(input.session_id)))];
  if (roads.transcript)
    for (const id of sessionIds) await deliverTranscripts(service, name, id, (line) => reworded(moved(line, shiftMs)));
  if (roads.telemetry) {
    for (const kind of roads.telemetry === true ? kinds : roads.telemetry) {
      const path = join(fixtures, 'otlp', `${name}-${kind}.ndjson`);
      if (!existsSync(path)) continue;
      for (const { body } of lines(path) as { body: Fields }[])
        await post(service, `/v1/${kind}`, reworded(moved(body, shiftMs)));
    }
  }
  return sessionIds;
}

async function deliverTranscripts(
  service: Service,
  name: string,
  sessionId: string,
  told: (line: unknown) => unknown,
): Promise<void> {
  const folder = join(fixtures, 'transcripts', name);
  const main = join(folder, `${sessionId}.jsonl`);
  if (!existsSync(main)) return;
  const agents = join(folder, sessionId, 'subagents');
  const files = existsSync(agents) ? readdirSync(agents).filter((file) => file.endsWith('.jsonl')) : [];
  const all = [
    { path: main, agentId: undefined },
    ...files.map((file) => ({ path: join(agents, file), agentId: /^agent-(.+)\.jsonl$/.exec(file)?.[1] })),
  ];
  for (const { path, agentId } of all) {
    const entries = lines(path).map(told);
    await post(
      service,
      '/ingest/transcript',
      { sessionId, ...(agentId && { agentId }), entries },
      { 'telltale-app': name },
    );
  }
}

async function post(
  service: Service,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<void> {
  const response = await fetch(service.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
}

function lines(path: string): unknown[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Every time in it, as nanoseconds or ISO, later by as much. */
function moved(value: unknown, shiftMs: number, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => moved(one, shiftMs));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, moved(one, shiftMs, name)]));
  }
  if (key.endsWith('UnixNano')) return `${BigInt(String(value)) + BigInt(Math.round(shiftMs)) * 1_000_000n}`;
  if (typeof value === 'string' && isoTime.test(value)) return new Date(Date.parse(value) + shiftMs).toISOString();
  return value;
}
