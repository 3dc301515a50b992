import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import * as z from 'zod';
import { type Guard, visitOf } from '../http/guard.ts';
import type { Audit } from './audit.ts';
import type { Refusal } from './door.ts';
import { accessOf, pageAccess, type RouteAccess } from './routes-table.ts';
import { setVisitor, visitorOf } from './visitor.ts';

export interface AdmissionDeps {
  guard: Guard;
  audit: Pick<Audit, 'note'>;
}

/**
 * Stands before every route: asks the guard with what the list says of the route that will answer, notes what was done,
 * and shows a `numbers` token nothing else.
 */
export function createAdmission({ guard, audit }: AdmissionDeps): MiddlewareHandler {
  return async (context, next) => {
    const route = answeringRoute(context);
    const access = accessOfRoute(route);
    const admission = guard(visitOf(context.env.incoming), access.needs);
    if ('refused' in admission) {
      const { refused } = admission;
      if (refused.status !== 429) audit.note({ visitor: refused.visitor, action: 'refused', detail: nameOf(route) });
      return refuse(context, refused);
    }
    const { visitor } = admission;
    setVisitor(context, visitor);
    if (visitor.scope === undefined && isPage(route, context)) return context.redirect(signInFor(context.req.url), 302);
    const hidesContent = visitor.scope === 'numbers' && access.needs === 'numbers';
    if (hidesContent && !mayAsk(access, route, context)) {
      audit.note({ visitor, action: 'refused', detail: nameOf(route) });
      return context.json({ error: `the token "${visitor.name}" is for numbers; this asks for content` }, 403);
    }
    await next();
    if (access.audit && context.res.ok) {
      const { action, of } = access.audit;
      const told = toldOf(context);
      const detail = told.detail ?? (of === undefined ? undefined : context.req.query(of));
      audit.note({ visitor: visitorOf(context), action, sessionId: told.sessionId, detail });
    }
    if (hidesContent && access.shows !== 'whole') await showOnly(access.shows, context);
    return undefined;
  };
}

/** What a route tells the audit log beside the address that was asked. */
export function tellAudit(context: Context, told: Told): void {
  context.set('audited', told);
}

interface Told {
  sessionId?: string | undefined;
  detail?: string | undefined;
}

function toldOf(context: Context): Told {
  const { req } = context;
  const told: Told | undefined = context.get('audited');
  const isOfSession = req.routePath.startsWith('/api/sessions/');
  return { sessionId: isOfSession ? req.param('id') : req.query('session') || undefined, ...told };
}

const signInPath = '/sign-in';

/** An address of the page itself, which a stranger is sent away from; its files are nobody's secret. */
function isPage(route: AnsweringRoute | undefined, { req }: Context): boolean {
  return route?.path === '/*' && req.method === 'GET' && req.path !== signInPath && !/\.\w+$/.test(req.path);
}

function signInFor(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search === '/' ? signInPath : `${signInPath}?to=${encodeURIComponent(pathname + search)}`;
}

interface AnsweringRoute {
  method: string;
  path: string;
}

/** The router's own word on who answers, so no spelling of a path is one route to the guard and another to the app. */
function answeringRoute(context: Context): AnsweringRoute | undefined {
  // What is used for everything answers nothing.
  return matchedRoutes(context).find(({ method, path }) => !(method === 'ALL' && path === '/*'));
}

function accessOfRoute(route: AnsweringRoute | undefined): RouteAccess {
  // Nothing of ours, or one of the ends that say "there is no …".
  if (route === undefined || route.path.endsWith('*') || route.method === 'ALL') return pageAccess;
  return accessOf(route.method, route.path);
}

function nameOf(route: AnsweringRoute | undefined): string {
  return route ? `${route.method} ${route.path}` : 'unknown';
}

function mayAsk(
  access: RouteAccess & { needs: 'numbers' },
  route: AnsweringRoute | undefined,
  { req }: Context,
): boolean {
  const { asks, mayAsk: may } = access;
  const given = Object.entries(req.query()).filter(([, value]) => value !== '');
  if (!given.every(([name]) => asks.includes(name))) return false;
  return (
    may?.({ param: (name) => partOf(route?.path ?? '', req.path, name), query: (name) => req.query(name) }) ?? true
  );
}

/** A parameter of the path; the router tells it only to the route itself. */
function partOf(spelling: string, path: string, name: string): string | undefined {
  return path.split('/')[spelling.split('/').indexOf(`:${name}`)];
}

const errorOnly = z.object({ error: z.string() });

async function showOnly(shows: z.ZodType, context: Context): Promise<void> {
  const { res } = context;
  const body = (res.ok ? shows : errorOnly).parse(await res.json());
  const { status } = res;
  context.res = undefined;
  context.res = new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function refuse(context: Context, { status, error, fix, headers }: Refusal): Response {
  return context.json({ error, ...(fix !== undefined && { fix }) }, status, headers);
}
