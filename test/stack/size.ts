/** How long and how often: small in each test run, as the guarantees state it in `npm run test:soak`. */
export const isSoak = process.env.TELLTALE_SOAK === '1';

// `npm run test:soak -- --kills=5 --outage-s=60` makes a soak smaller.
const option = (name: string, full: number) => Number(process.env[`TELLTALE_SOAK_${name}`] ?? full);

export const size = isSoak
  ? {
      kills: option('KILLS', 20),
      serviceKills: 2 * option('KILLS', 20),
      workKills: Math.ceil(option('KILLS', 20) / 2),
      outageMs: option('OUTAGE_S', 600) * 1000,
      longOutageMs: option('LONG_OUTAGE_S', 3_600) * 1000,
      timeoutMs: 5_400_000,
    }
  : {
      ...{ kills: 3, serviceKills: 12, workKills: 4 },
      ...{ outageMs: 5_000, longOutageMs: 5_000 }, // three retries of a queue: 1 + 1.5 + 2.25 s
      timeoutMs: 180_000,
    };
