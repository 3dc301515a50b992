/**
 * With this the ids of `telltale demo`'s sessions begin: a mark that stands wherever a session stands, also in
 * telemetry, and that no other session has.
 */
export const demoIdStart = 'de300000-7e11-4';

/** Everything that begins with `demoIdStart` is from here on and before `demoIdEnd`. */
export const demoIdEnd = 'de300000-7e11-5';

export function isDemoSession(sessionId: string | undefined): boolean {
  return sessionId?.startsWith(demoIdStart) === true;
}
