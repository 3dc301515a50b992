import { createRandom, type Random } from '../../apps/cli/src/demo/random.ts';
import { type LogRecord, logsPayload } from '../stack/payloads.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type ApiRequest, createWorkload, type Delivery } from './workload.ts';

export interface MonthOptions {
  name: string;
  days: number;
  sessionsPerDay: number;
  /** The end of the last day, milliseconds. */
  end: number;
}

/** Some weeks of a team, told day by day, so that a month need not be in memory at once. */
export interface Month {
  from: number;
  to: number;
  /** Of the days that were made. */
  ledger: Ledger;
  requests: { count: number; costMicros: number; tokens: number };
  sessions: MonthSession[];
  days(): Generator<Day>;
}

export interface MonthSession {
  id: string;
  project: string;
  user: string;
  from: number;
  to: number;
}

interface Day {
  /** In the order of their time. */
  metrics: Delivery[];
  /** `api_request` events, about a hundred in one export. */
  logs: object[];
}

const minute = 60_000;
const day = 24 * 60 * minute;
const recordsPerExport = 100;

/**
 * Sessions of 2 to 240 minutes (half of them are over within 20), each exported once a minute, at any time of the day.
 * Three in four clients are cumulative, as Telltale sets them up; every tenth session is resumed in a second process.
 */
export function createMonth({ name, days, sessionsPerDay, end }: MonthOptions): Month {
  const random = createRandom(19);
  const month: Month = {
    ...{ from: end - days * day, to: end },
    ...{ ledger: createLedger(), requests: { count: 0, costMicros: 0, tokens: 0 }, sessions: [] },
    *days() {
      for (let number = 0; number < days; number++) yield oneDay(month.from + number * day, number * sessionsPerDay);
    },
  };

  function oneDay(from: number, firstSeed: number): Day {
    const metrics: Delivery[] = [];
    const records: LogRecord[] = [];
    for (let session = 0; session < sessionsPerDay; session++) {
      const minutes = lengthOf(random);
      const start = from + random.between(0, day - minutes * minute);
      const work = createWorkload({
        ...{ name, seed: firstSeed + session, sessions: 1, exports: minutes },
        ...{ clients: session % 4 === 3 ? 'delta' : 'cumulative', resumes: session % 10 === 0 },
        ...{ from: start, to: start + (minutes + 1) * minute },
      });
      for (const entry of work.ledger.entries) month.ledger.add(entry);
      metrics.push(...work.deliveries);
      records.push(...work.requests.sort((a, b) => a.at - b.at).map(recordOf));
      add(work.requests);
      const identity = work.requests[0]?.identity ?? {};
      month.sessions.push({
        ...{
          id: String(identity['session.id']),
          project: String(identity.project),
          user: String(identity['user.email']),
        },
        ...{ from: work.deliveries[0]?.at ?? start, to: work.deliveries.at(-1)?.at ?? start },
      });
    }
    metrics.sort((a, b) => a.at - b.at);
    records.sort((a, b) => a.at - b.at);
    const logs: object[] = [];
    while (records.length > 0) logs.push(logsPayload(records.splice(0, recordsPerExport)));
    return { metrics, logs };
  }

  function add(requests: readonly ApiRequest[]): void {
    for (const { costUsd, tokens } of requests) {
      month.requests.count++;
      month.requests.costMicros += Math.round(costUsd * 1e6);
      month.requests.tokens += Object.values(tokens).reduce((sum, amount) => sum + amount, 0);
    }
  }

  return month;
}

/** The longer, the rarer: a tenth lasts longer than an hour and a half. */
function lengthOf(random: Random): number {
  return Math.min(240, Math.round(2 * 10 ** (2.1 * random.next())));
}

function recordOf({ at, identity, model, costUsd, tokens }: ApiRequest, sequence: number): LogRecord {
  const session = String(identity['session.id']);
  return {
    name: 'api_request',
    at,
    attributes: {
      ...identity,
      ...{
        'user.id': session.replaceAll('-', '').repeat(2),
        'organization.id': '5c1f7b3a-0000-4000-8000-000000000000',
      },
      ...{
        'terminal.type': 'tmux',
        'event.sequence': sequence,
        'prompt.id': `${session.slice(0, 35)}${sequence % 10}`,
      },
      ...{ model: model.replace('[1m]', ''), query_source: 'repl_main_thread', effort: 'medium', speed: 'normal' },
      ...{ cost_usd: costUsd, cost_usd_micros: Math.round(costUsd * 1e6), duration_ms: 900 + tokens.output },
      ...{ input_tokens: tokens.input, output_tokens: tokens.output, request_id: `req_${session}_${sequence}` },
      ...{ cache_read_tokens: tokens.cacheRead, cache_creation_tokens: tokens.cacheCreation },
    },
  };
}
