import { hostname, userInfo } from 'node:os';

/** Whose service this is, and on which machine, as hooks there would say. */
export function whoIsHere(): { user?: string; host: string } {
  try {
    return { user: userInfo().username, host: hostname() };
  } catch {
    return { host: hostname() }; // A container's user may have no name.
  }
}
