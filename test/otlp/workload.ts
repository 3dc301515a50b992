import { createRandom, type Random } from '../../apps/cli/src/demo/random.ts';
import type { Value } from '../stack/payloads.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createSimulatedClient, type SimulatedClient } from './simulated-client.ts';

export interface WorkloadOptions {
  /** Stands on every point as `experiment`, so that many workloads share one Prometheus. */
  name: string;
  seed: number;
  sessions: number;
  clients: 'cumulative' | 'delta' | 'mixed';
  /** Everything happens within (from, to], milliseconds. */
  from: number;
  to: number;
  /** How often one process tells its metrics, at most. */
  exports: number;
  /** All clients export at the same milliseconds. */
  inStep?: boolean;
  /** Some sessions go on in a second process, with the same session.id and counters from 0. */
  resumes?: boolean;
}

/** One export: what is posted, and when the client made it. */
export interface Delivery {
  at: number;
  temporality: 'cumulative' | 'delta';
  payload: object;
}

/** What one `api_request` event tells. */
export interface ApiRequest {
  at: number;
  identity: Record<string, Value>;
  model: string;
  costUsd: number;
  tokens: Record<'input' | 'output' | 'cacheRead' | 'cacheCreation', number>;
}

export interface Workload {
  name: string;
  ledger: Ledger;
  /** In no order. */
  requests: ApiRequest[];
  /** In the order of their time. */
  deliveries: Delivery[];
  from: number;
  to: number;
}

/** Sessions of five people in three projects with three models, as they really are: busy, idle, short, long. */
export function createWorkload(options: WorkloadOptions): Workload {
  const { name, seed, sessions, from, to } = options;
  const random = createRandom(seed);
  const ledger = createLedger();
  const deliveries: Delivery[] = [];
  const requests: ApiRequest[] = [];
  for (let session = 0; session < sessions; session++) {
    const identity = identityOf(name, session, random);
    const processes = options.resumes && session % 3 === 0 ? 2 : 1;
    for (let process = 0; process < processes; process++) {
      const temporality = temporalityOf(options.clients, session + process);
      const client = createSimulatedClient({ ledger, temporality, identity });
      live(client, options, random, process, {
        deliver: (at, payload) => deliveries.push({ at, temporality, payload }),
        made: (request) => requests.push({ ...request, identity }),
      });
    }
  }
  deliveries.sort((a, b) => a.at - b.at);
  return { name, ledger, requests, deliveries, from, to };
}

function live(
  client: SimulatedClient,
  { from, to, exports, inStep = false }: WorkloadOptions,
  random: Random,
  process: number,
  told: { deliver(at: number, payload: object): void; made(request: Omit<ApiRequest, 'identity'>): void },
): void {
  const step = Math.floor((to - from) / (exports + 1));
  const first = random.between(0, exports - 1);
  // Two processes of one session never do a thing in the same millisecond.
  const offset = (inStep ? 0 : random.between(1, step - 10)) + process;
  const startType = process === 0 ? 'fresh' : 'resume';
  client.count('claude_code.session.count', 1, from + first * step + 1, { start_type: startType });
  for (let turn = first; turn < exports; turn++) {
    const at = from + (turn + 1) * step + offset;
    // Half of the time nothing happens: idle intervals are where naive counters go wrong.
    const requests = turn === first ? 1 : Math.max(0, random.between(-3, 3));
    for (let request = 0; request < requests; request++) {
      told.made(makeRequest(client, at - random.between(1, step - 1), random));
    }
    const payload = client.export(at);
    if (payload) told.deliver(at, payload);
  }
}

function makeRequest(client: SimulatedClient, at: number, random: Random): Omit<ApiRequest, 'identity'> {
  const tokens = {
    input: random.between(1, 900),
    output: random.between(1, 4_000),
    cacheRead: random.between(0, 90_000),
    cacheCreation: random.between(0, 9_000),
  };
  // Whole micro-dollars: the sums of both sides can then be compared to the last one.
  const costUsd = random.between(1, 900_000) / 1e6;
  const request = { model: random.pick(['claude-opus-5-5', 'claude-opus-4-8[1m]', 'claude-haiku-5']), costUsd, tokens };
  client.request(at, request);
  if (random.next() < 0.3) {
    client.count('claude_code.lines_of_code.count', random.between(0, 80), at, { type: 'added' });
  }
  return { at, ...request };
}

function identityOf(name: string, session: number, random: Random): Record<string, Value> {
  const hex = (length: number) => Array.from({ length }, () => random.between(0, 15).toString(16)).join('');
  return {
    'session.id': `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    'user.email': `${random.pick(['ada', 'grace', 'edsger', 'barbara', 'alan'])}@example.com`,
    project: random.pick(['shop', 'api', 'docs']),
    experiment: name,
    session_number: String(session),
  };
}

function temporalityOf(clients: WorkloadOptions['clients'], index: number): 'cumulative' | 'delta' {
  if (clients !== 'mixed') return clients;
  return index % 2 === 0 ? 'cumulative' : 'delta';
}
