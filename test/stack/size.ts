/** How long and how often: small in each test run, as the guarantees state it in `npm run test:soak`. */
export const isSoak = process.env.TELLTALE_SOAK === '1';

export const size = isSoak
  ? { kills: 20, outageMs: 600_000, longOutageMs: 3_600_000, timeoutMs: 5_400_000 }
  : { kills: 3, outageMs: 5_000, longOutageMs: 5_000, timeoutMs: 180_000 }; // three retries of a queue: 1 + 1.5 + 2.25 s
