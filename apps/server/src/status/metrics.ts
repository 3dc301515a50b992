import { monitorEventLoopDelay } from 'node:perf_hooks';

/** One line of /metrics. */
export interface Metric {
  name: `telltale_${string}`;
  type: 'counter' | 'gauge';
  help: string;
  read: () => number | Promise<number>;
}

/** Prometheus text (format 0.0.4). */
export async function renderMetrics(metrics: readonly Metric[]): Promise<string> {
  const lines = metrics.map(async ({ name, type, help, read }) => {
    const value = await read();
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
  });
  return (await Promise.all(lines)).join('');
}

/** Ten looks a second find what a person notices, and let a laptop sleep in between. */
const sampleMs = 100;

/** How late the event loop runs, worst of the time since it was asked last. */
export function createLoopLag() {
  const delays = monitorEventLoopDelay({ resolution: sampleMs });
  delays.enable();
  return {
    worstSeconds(): number {
      // The histogram counts the sampling interval itself.
      const worst = Math.max(0, delays.max / 1e9 - sampleMs / 1000);
      delays.reset();
      return worst;
    },
    stop: () => void delays.disable(),
  };
}
