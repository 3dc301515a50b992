import { type Metric, metricsPayload, type Value } from '../stack/payloads.ts';
import type { Entry, Ledger } from './ledger.ts';

export interface SimulatedClientOptions {
  ledger: Ledger;
  temporality: 'cumulative' | 'delta';
  /** Stand on every point, as the client's do: session.id, user.id, project … */
  identity: Record<string, Value>;
}

/**
 * The metrics of one process of Claude Code, as its SDK makes them:
 * - cumulative: a stream begins at its first record and is told at every export as long as the process lives;
 * - delta: a stream is told when it has something new. Its start is the last export's time only when that export told it
 *   too, otherwise the time of its first new record. (What takes this gap for a reset loses what came before.)
 */
export interface SimulatedClient {
  count(metric: string, amount: number, at: number, attributes?: Record<string, Value>): void;
  /** One answered request: its cost and its tokens. */
  request(at: number, request: { model: string; costUsd: number; tokens: Record<string, number> }): void;
  /** The export that would leave at `at`, or nothing where nothing is to be told. */
  export(at: number): object | undefined;
}

interface Stream {
  metric: string;
  attributes: Record<string, Value>;
  firstRecordAt: number;
  total: number;
  /** Of what was not told yet. */
  fresh: { amount: number; sinceAt: number; entries: Entry[] } | undefined;
  lastToldAt?: number;
}

const units: Record<string, string> = {
  'claude_code.cost.usage': 'USD',
  'claude_code.token.usage': 'tokens',
  'claude_code.active_time.total': 's',
};

export function createSimulatedClient({ ledger, temporality, identity }: SimulatedClientOptions): SimulatedClient {
  const streams = new Map<string, Stream>();
  let lastExportAt: number | undefined;

  const client: SimulatedClient = {
    count(metric, amount, at, own = {}) {
      const attributes = { ...identity, ...own };
      const entry: Entry = { metric, attributes, amount };
      ledger.add(entry);
      const key = JSON.stringify([metric, own]);
      const stream = streams.get(key) ?? { metric, attributes, firstRecordAt: at, total: 0, fresh: undefined };
      streams.set(key, stream);
      stream.total += amount;
      stream.fresh ??= { amount: 0, sinceAt: at, entries: [] };
      stream.fresh.amount += amount;
      stream.fresh.entries.push(entry);
    },
    request(at, { model, costUsd, tokens }) {
      client.count('claude_code.cost.usage', costUsd, at, { model });
      for (const [type, amount] of Object.entries(tokens)) {
        client.count('claude_code.token.usage', amount, at, { model, type });
      }
    },
    export(at) {
      const told = [...streams.values()].filter(({ fresh }) => temporality === 'cumulative' || fresh !== undefined);
      const previousExportAt = lastExportAt;
      lastExportAt = at;
      if (told.length === 0) return undefined;
      const byMetric = new Map<string, Metric>();
      for (const stream of told) {
        const { metric: name } = stream;
        const metric = byMetric.get(name) ?? { name, unit: units[name] ?? '', temporality, points: [] };
        byMetric.set(name, metric);
        metric.points.push({ at, attributes: stream.attributes, ...pointOf(stream, previousExportAt) });
        for (const entry of stream.fresh?.entries ?? []) entry.toldAt = at;
        stream.fresh = undefined;
        stream.lastToldAt = at;
      }
      return metricsPayload([...byMetric.values()]);
    },
  };

  function pointOf(
    { firstRecordAt, total, fresh, lastToldAt }: Stream,
    previousExportAt: number | undefined,
  ): { startedAt: number; value: number } {
    if (temporality === 'cumulative') return { startedAt: firstRecordAt, value: total };
    const followsOn = lastToldAt !== undefined && lastToldAt === previousExportAt;
    return { startedAt: followsOn ? lastToldAt : (fresh?.sinceAt ?? firstRecordAt), value: fresh?.amount ?? 0 };
  }

  return client;
}
