import { expect } from 'vitest';
import { send } from '../stack/payloads.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createSimulatedClient } from './simulated-client.ts';

const minute = 60_000;
const ada = { 'user.email': 'ada@example.com' };

export interface Twins {
  name: string;
  temporality: 'cumulative' | 'delta';
  /** Without it nothing tells one from the other. */
  tellsSession: boolean;
}

/** 20 processes of one person that begin, count and export in the same milliseconds. */
export async function sendTwins(otlp: string, { name, temporality, tellsSession }: Twins) {
  const ledger = createLedger();
  const range = { from: Date.now() - 20 * minute, to: Date.now() };
  const clients = Array.from({ length: 20 }, (_, number) => {
    const own = tellsSession ? { 'session.id': `twin-${number}` } : {};
    const identity = { experiment: name, ...ada, project: 'shop', ...own };
    return createSimulatedClient({ ledger, temporality, identity });
  });
  let costUsd = 0;
  for (const turn of [1, 2, 3]) {
    const at = range.from + turn * minute;
    const payloads = clients.flatMap((client, number) => {
      const cost = (number + turn) / 64;
      client.request(at, { model: 'claude-opus-5-5', costUsd: cost, tokens: { input: number + 1, output: turn } });
      costUsd += cost;
      return client.export(at + 5_000) ?? [];
    });
    const answers = await Promise.all(payloads.map((payload) => send(otlp, 'metrics', payload)));
    expect(new Set(answers)).toEqual(new Set([200]));
  }
  return { ledger, costUsd, ...range };
}

/** Two processes of one session, alive at once: the second counts less than the first, then more. */
export async function sendTwice(otlp: string, experiment: string, from: number): Promise<Ledger> {
  const ledger = createLedger();
  const identity = { 'session.id': 'twice', experiment, ...ada, project: 'api' };
  const [first, second] = [1, 2].map(() => createSimulatedClient({ ledger, temporality: 'cumulative', identity }));
  const amounts = [
    { of: first, at: 1, costUsd: 0.75 },
    { of: second, at: 2, costUsd: 0.25 }, // below the other's value: a reset, were it one series
    { of: first, at: 3, costUsd: 0.125 },
    { of: second, at: 4, costUsd: 3 }, // above it
  ];
  for (const { of, at, costUsd } of amounts) {
    of?.request(from + at * minute, { model: 'claude-opus-5-5', costUsd, tokens: { input: at, output: 1 } });
    for (const [index, client] of [first, second].entries()) {
      const payload = client?.export(from + at * minute + 5_000 + index);
      if (payload) expect(await send(otlp, 'metrics', payload)).toBe(200);
    }
  }
  return ledger;
}

/** Two machines of one kind, one's clock five minutes ahead, one's five behind; the first is heard first. */
export async function sendSkewed(otlp: string): Promise<Ledger> {
  const ledger = createLedger();
  const now = Date.now();
  for (const [name, skew] of Object.entries({ ahead: 5 * minute, behind: -5 * minute })) {
    const identity = { 'session.id': name, experiment: 'skewed', ...ada, project: 'docs' };
    const client = createSimulatedClient({ ledger, temporality: 'cumulative', identity });
    for (const at of [now - 3 * minute + skew, now - minute + skew]) {
      client.request(at, { model: 'claude-haiku-5', costUsd: 0.5, tokens: { input: 3, output: 4 } });
      const payload = client.export(at + 1_000);
      if (payload) expect(await send(otlp, 'metrics', payload)).toBe(200);
    }
  }
  return ledger;
}
