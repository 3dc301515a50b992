/** What Grafana would put in place of its variables: by default one hour, everything chosen. */
export interface Filling {
  fromMs?: number;
  toMs?: number;
  /** Seconds of a bar. */
  intervalS?: number;
  /** Values of a dashboard's own variables; what is not named matches everything. */
  variables?: Readonly<Record<string, string>>;
}

/** A query as it leaves Grafana. An unknown variable of Grafana's own is an error. */
export function filledIn(query: string, filling: Filling = {}): string {
  const { toMs = 1_790_000_000_000, fromMs = toMs - 3_600_000, intervalS = 60, variables = {} } = filling;
  const own: Record<string, string> = {
    __from: String(fromMs),
    __to: String(toMs),
    __range: `${Math.round((toMs - fromMs) / 1000)}s`,
    __range_s: String(Math.round((toMs - fromMs) / 1000)),
    __range_ms: String(toMs - fromMs),
    __interval: `${intervalS}s`,
    __auto: `${intervalS}s`,
  };
  return query.replace(/\$(?:\{(\w+)(?::\w+)?\}|([A-Za-z_]\w*))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    if (!name.startsWith('__')) return variables[name] ?? '.*';
    const value = own[name];
    if (value === undefined) throw new Error(`$${name} is no variable that Grafana fills in here`);
    return value;
  });
}
