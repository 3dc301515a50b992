import type { IncomingMessage } from 'node:http';
import { addressOf, type IsProxy } from '../access/address.ts';
import type { Admission, Door } from '../access/door.ts';
import type { Need } from '../access/scope.ts';
import type { Visit } from './visit.ts';

export interface GuardOptions {
  allowedHosts: readonly string[];
  devOrigins: readonly string[];
  /** Whose `X-Forwarded-For` counts; default: that of proxies on this machine. */
  isProxy?: IsProxy | undefined;
  /** Decides by tokens, once host and origin are right. */
  door: Pick<Door, 'admit'>;
}

/** Lets a visit in for what is needed there, or says why not in words for its sender. */
export type Guard = (visit: Visit, need: Need) => Admission;

export function visitOf({ headers, method = 'GET', url, socket }: IncomingMessage): Visit {
  const forwardedFor = headers['x-forwarded-for'];
  // No spread: it would cost as much as everything else that is asked of an event's sender.
  return {
    host: headers.host,
    origin: headers.origin,
    method,
    path: pathOf(url),
    authorization: headers.authorization,
    cookie: headers.cookie,
    forwardedFor: Array.isArray(forwardedFor) ? forwardedFor.join() : forwardedFor,
    fetchSite: headers['sec-fetch-site'],
    fetchDest: headers['sec-fetch-dest'],
    remote: socket.remoteAddress,
  };
}

const ownNames = ['localhost', '127.0.0.1', '[::1]'];
/** The service's name in compose's own network: scrapers and senders, never pages. */
const composeName = 'telltale';
const composePaths = /^\/(healthz$|metrics$|v1\/|ingest\/)/;
/** What nobody follows a link to. */
const machinePaths = /^\/(api|ingest|v1|events|live)(\/|$)/;

/**
 * Keeps other web pages out: a page that rebinds its name to 127.0.0.1 sends its own name as Host,
 * and a page that posts across origins sends its Origin. Ports differ behind `ssh -L`, so the name decides.
 */
export function createGuard({ allowedHosts, devOrigins, isProxy, door }: GuardOptions): Guard {
  const names = new Set([...ownNames, ...allowedHosts]);

  function strangeness({ host, origin, path, fetchSite, fetchDest }: Visit): string | undefined {
    const name = nameOf(host);
    if (name === undefined) return 'the Host header is missing or not a host name';
    if (!names.has(name) && !(name === composeName && composePaths.test(path))) {
      return `the host "${name}" is not served here; TELLTALE_ALLOWED_HOSTS can allow it`;
    }
    if (origin === undefined) {
      // A picture or script of another page has no Origin. It can read nothing, but how long it takes tells what was found.
      const isElsewhere = fetchSite === 'cross-site' || fetchSite === 'same-site';
      const isLink = fetchDest === 'document' && !machinePaths.test(path);
      return isElsewhere && !isLink ? 'the page of another site asked for it, which may only link to pages' : undefined;
    }
    if (isSameOrigin(origin, host ?? '') || devOrigins.includes(origin)) return undefined;
    return `the origin "${origin.slice(0, 200)}" is another one than the host "${host}"`;
  }

  return (visit, need) => {
    const error = strangeness(visit);
    if (error === undefined) return door.admit(visit, need);
    const visitor = { name: 'nobody', address: addressOf(visit.remote, visit.forwardedFor, isProxy) };
    return { refused: { status: 403, error, visitor } };
  };
}

function nameOf(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?$/i.exec(host ?? '');
  return match?.[1]?.toLowerCase();
}

/** `new URL` drops the default port of the origin's scheme on both sides, so `https://x` equals Host `x:443`. */
function isSameOrigin(origin: string, host: string): boolean {
  if (!/^https?:\/\/[^/\s@]+$/.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  const own = `${url.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === url.host;
}

/** The path that routes and guard agree on. `new URL` also resolves `..` and an absolute request target. */
export function pathOf(target: string | undefined): string {
  // What every hook asks for is plain already.
  const plain = /^(?:\/[\w-]+)+(?=\?|$)/.exec(target ?? '')?.[0];
  if (plain !== undefined) return plain;
  const url = `http://x${target?.startsWith('/') ? target : '/'}`;
  return URL.canParse(url) ? new URL(url).pathname : '/';
}
