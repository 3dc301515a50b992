/**
 * With this the ids of `telltale demo`'s sessions end: a mark that stands wherever a session stands, also in telemetry,
 * and that no other session has. The beginning tells them apart, as people and commands shorten ids.
 */
export const demoIdEnd = '-de3000007e11';

export function isDemoSession(sessionId: string | undefined): boolean {
  return sessionId?.endsWith(demoIdEnd) === true;
}
