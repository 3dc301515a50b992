/** What Prometheus and Loki answer. Grafana's panels ask the same way. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** An instant query of Prometheus. */
export async function promql(url: string, query: string, at: Date | number = Date.now()): Promise<Sample[]> {
  const body = new URLSearchParams({ query, time: String(Number(at) / 1000) });
  return vector(await ask(`${url}/api/v1/query`, { method: 'POST', body }));
}

/** An instant metric query of Loki. */
export async function logql(url: string, query: string, at: Date | number = Date.now()): Promise<Sample[]> {
  const parameters = new URLSearchParams({ query, time: nanoseconds(at) });
  return vector(await ask(`${url}/loki/api/v1/query?${parameters}`));
}

export interface Line {
  /** Nanoseconds. */
  time: string;
  line: string;
  /** Index labels and structured metadata together. */
  labels: Record<string, string>;
}

/** Log lines of Loki, oldest first. */
export async function loglines(url: string, query: string, from: Date | number, to: Date | number): Promise<Line[]> {
  const parameters = new URLSearchParams({
    ...{ query, start: nanoseconds(from), end: nanoseconds(to) },
    ...{ limit: '5000', direction: 'forward' },
  });
  const { result } = await ask<{ result: { stream: Record<string, string>; values: [string, string][] }[] }>(
    `${url}/loki/api/v1/query_range?${parameters}`,
  );
  return result.flatMap(({ stream, values }) => values.map(([time, line]) => ({ time, line, labels: stream })));
}

/** The one number of an answer; 0 where there is none. */
export function only(samples: Sample[]): number {
  if (samples.length > 1) throw new Error(`one sample was expected, got ${JSON.stringify(samples.slice(0, 5))}`);
  return samples[0]?.value ?? 0;
}

/** A metric of the collector itself, added up over its label sets that match; 0 where it was never counted. */
export async function collectorMetric(url: string, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

const nanoseconds = (at: Date | number) => `${Math.floor(Number(at))}000000`;

function vector({ result }: { result: { metric: Record<string, string>; value: [number, string] }[] }): Sample[] {
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

async function ask<T = Parameters<typeof vector>[0]>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url.split('?')[0]}: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}
