import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import type { SessionTeller } from '../../apps/cli/src/demo/told.ts';
import type { Service } from '../service.ts';
import { type LogRecord, logsPayload, send } from '../stack/payloads.ts';
import { deliver } from './deliver.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const models = [
  { model: 'claude-opus-5-5', usdPerToken: 0.000004 },
  { model: 'claude-sonnet-5', usdPerToken: 0.000002 },
  { model: 'claude-haiku-4-5', usdPerToken: 0.000001 },
];
const projects = ['web', 'api', 'infra', 'docs'];
const testRule = [{ toolName: 'Bash', ruleContent: 'npm test:*' }];

export interface ToldWeek {
  /** In micro-dollars, by session id: the truth of the requests that were told. */
  microsBySession: Map<string, number>;
  failures: number;
}

/** Seven days of one developer: sessions with tools that fail, permissions, telemetry, breaks that let the cache go cold. */
export async function deliverWeek(service: Service, nowMs: number): Promise<ToldWeek> {
  const week: ToldWeek = { microsBySession: new Map(), failures: 0 };
  for (let ago = 6; ago >= 0; ago -= 1)
    for (let nth = 0; nth < 3; nth += 1) await deliverSession(service, nowMs, { ago, nth }, week);
  return week;
}

async function deliverSession(
  service: Service,
  nowMs: number,
  { ago, nth }: { ago: number; nth: number },
  week: ToldWeek,
): Promise<void> {
  const app = projects[(ago + nth) % projects.length] ?? 'web';
  const startMs = nowMs - ago * day - (nth + 1) * 75 * minute;
  const name = `${app} ${ago}-${nth}`;
  const { model, usdPerToken } = models[(ago * 2 + nth) % models.length] ?? { model: '', usdPerToken: 0 };
  const session = tellSession({ name, cwd: `/home/ada/code/${app}`, startMs, model });
  session.prompt(`Make the ${app} tests pass (${ago}-${nth})`);
  session.call('Read', { file_path: '/p/a.ts' }, { file: { content: 'a' } }, { ms: 12 + nth });
  session.call('Grep', { pattern: 'limit' }, { mode: 'content', numFiles: 1, filenames: [], content: 'a' }, { ms: 40 });
  askAndAllow(session, (20 + ago * 7 + nth) * 1000);
  if (nth > 0) {
    session.fail('Bash', { command: 'npm run lint' }, 'Exit code 1\nsrc/a.ts: unused import', { ms: 2300 });
    week.failures += 1;
  }
  session.subagent(
    'Explore',
    'Where limits are',
    'Find them.',
    (agent) => agent.call('Glob', { pattern: '*.ts' }, { filenames: [], numFiles: 0 }, { ms: 9 }),
    'In a.ts.',
  );
  if (ago === 3 && nth === 1) session.stopFailure('overloaded_error');
  else session.stop('Done.');
  session.end();

  const { sessionId } = session;
  const records: LogRecord[] = [];
  let micros = 0;
  for (let turn = 0; turn < 6; turn += 1) {
    // After the fourth a break: the cache has gone cold.
    const at = startMs + turn * 20_000 + (turn > 3 ? 20 * minute : 0);
    const isCold = turn === 4;
    const cached = turn === 0 || isCold ? 0 : 30_000 + turn * 4000;
    const written = turn === 0 ? 30_000 : isCold ? 50_000 : 4000;
    const usd = Math.round((2000 + turn * 300 + cached * 0.1 + written * 1.25 + nth * 900) * usdPerToken * 1e6) / 1e6;
    micros += Math.round(usd * 1e6);
    const attributes = {
      ...{ 'session.id': sessionId, 'event.sequence': turn, model, request_id: `req_${name}_${turn}`, cost_usd: usd },
      ...{ input_tokens: 2000 + turn * 300, output_tokens: 200 + nth * 90, cache_read_tokens: cached },
      ...{ cache_creation_tokens: written, duration_ms: 2400 + turn * 210 + nth * 700, ttft_ms: 600 + turn * 60 },
      query_source: 'repl_main_thread',
    };
    records.push({ name: 'api_request', at, attributes });
  }
  if (nth === 2)
    records.push({
      ...{ name: 'api_error', at: startMs + 1000 },
      attributes: { 'session.id': sessionId, 'event.sequence': 99, model, error: 'Overloaded', status_code: 529 },
    });
  week.microsBySession.set(sessionId, micros);
  await deliver(service, { ...session, entries: [] });
  const status = await send(service.url, 'logs', logsPayload(records));
  if (status !== 200) throw new Error(`POST /v1/logs: ${status}`);
}

function askAndAllow(session: SessionTeller, waitedMs: number): void {
  const input = { command: 'npm test -- --run' };
  const id = session.ask('Bash', input);
  const asked = session.hooks.at(-1);
  if (asked)
    asked.input.permission_suggestions = [
      { type: 'addRules', rules: testRule, behavior: 'allow', destination: 'localSettings' },
    ];
  session.allow(id, 'Bash', input, { stdout: 'ok', stderr: '', interrupted: false }, waitedMs, 4200);
}
