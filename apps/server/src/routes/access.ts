import {
  accessSchema,
  auditPageSchema,
  type CreatedToken,
  createdTokenSchema,
  newTokenSchema,
  tokenListSchema,
} from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import * as z from 'zod';
import { tellAudit } from '../access/admission.ts';
import type { Audit } from '../access/audit.ts';
import { cookieNames, type Door } from '../access/door.ts';
import { pairingProblem } from '../access/pairing.ts';
import type { SignIns } from '../access/sign-ins.ts';
import type { Tokens } from '../access/tokens.ts';
import { setVisitor, visitorOf } from '../access/visitor.ts';
import { answer, limitUpTo, problem, type Route, route, seqNumber, textUpTo } from './route.ts';
import { readSmallJson } from './small-body.ts';

const signInSchema = z.object({ token: z.string().max(200) });
const auditQuery = z.object({
  session: textUpTo(200).optional().describe('Only what concerns this session'),
  before: seqNumber().optional().describe('next of the page before'),
  limit: limitUpTo(1000, 100),
});

export interface AccessRoutesDeps {
  tokens: Tokens;
  signIns: SignIns;
  audit: Audit;
  door: Pick<Door, 'isRequired'>;
  now: () => number;
  /** Somebody may no longer be in. */
  onLeft: () => void;
}

/** Who may come in, by which token, and who looked at what. */
export function accessRoutes(deps: AccessRoutesDeps): Route[] {
  return [...signInRoutes(deps), ...tokenRoutes(deps), auditRoute(deps)];
}

function signInRoutes({ tokens, signIns, audit, door, now, onLeft }: AccessRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/access',
      summary: 'Whether a token is asked for, and what the one that was sent may do.',
      answers: { 200: answer('Who asks.', accessSchema) },
      handle(context) {
        const { name, scope, signIn, user } = visitorOf(context);
        const known = scope === undefined ? {} : { scope, name, ...present({ user }) };
        return context.json({ required: door.isRequired, ...known, signedIn: signIn !== undefined });
      },
    }),
    route({
      method: 'post',
      path: '/api/access/sign-in',
      summary: 'Changes a token for a cookie that only this service gets, and no script can read.',
      body: { 'application/json': signInSchema },
      answers: {
        200: answer('Signed in; the cookie comes with it.', accessSchema),
        400: problem('There is no token in the body.'),
        401: problem('The token is unknown, revoked or expired.'),
        403: problem('It is a token for sending only.'),
        409: problem('No token is asked for here.'),
        410: problem('It pairs a device, and another one came before, or nobody in time.'),
      },
      async handle(context) {
        if (!door.isRequired)
          return context.json({ error: 'no token is asked for here: only this machine gets in' }, 409);
        const read = signInSchema.safeParse((await readSmallJson(context))?.json);
        if (!read.success) return context.json({ error: 'send {"token": "ttk_…"}' }, 400);
        const token = tokens.find(read.data.token.trim());
        if (!token) return context.json({ error: 'the token is unknown, revoked or expired' }, 401);
        const { id, name, scope, user } = token;
        if (scope === 'ingest') return context.json({ error: `the token "${name}" can only send` }, 403);
        const visitor = visitorOf(context);
        const view = { required: true, name, scope, ...present({ user }), signedIn: true };
        // The device that was paired opens its link again.
        if (token.device && visitor.tokenId === id) return context.json(view);
        const isOver = pairingProblem(token, now());
        if (isOver !== undefined) {
          audit.note({ visitor, action: 'refused', detail: `the link of ${name}` });
          return context.json({ error: isOver }, 410);
        }
        const { secret, id: signIn, expiresAt } = await signIns.open(token);
        keepCookie(context, secret, (expiresAt - now()) / 1000);
        setVisitor(context, { ...visitor, ...{ name, scope, tokenId: id, signIn } });
        return context.json(view);
      },
    }),
    route({
      method: 'post',
      path: '/api/access/sign-out',
      summary: 'Ends what the cookie opened; its live connections close.',
      answers: { 204: { description: 'Signed out.' } },
      async handle(context) {
        const { signIn, tokenId = '' } = visitorOf(context);
        if (signIn !== undefined) await signIns.close(signIn);
        // Nothing else can come in by it.
        if (tokens.byId(tokenId)?.device) await tokens.revoke(tokenId);
        keepCookie(context, '', 0);
        onLeft();
        return context.body(null, 204);
      },
    }),
  ];
}

function tokenRoutes({ tokens }: AccessRoutesDeps): Route[] {
  return [
    route({
      method: 'get',
      path: '/api/access/tokens',
      summary: 'The tokens that are not revoked; never the tokens themselves.',
      answers: { 200: answer('The oldest first.', tokenListSchema) },
      handle: (context) => context.json({ tokens: tokens.list() }),
    }),
    route({
      method: 'post',
      path: '/api/access/tokens',
      summary: 'Makes a token. This answer is the only place where it is told; kept is its hash.',
      body: { 'application/json': newTokenSchema },
      answers: {
        201: answer('The token.', createdTokenSchema),
        400: problem('What is asked cannot be read.'),
        409: problem('There is one of this name, or too many.'),
      },
      async handle(context) {
        const read = newTokenSchema.safeParse((await readSmallJson(context))?.json);
        if (!read.success) {
          const [issue] = read.error.issues;
          return context.json({ error: `${issue?.path.join('.') || 'the body'} ${issue?.message}` }, 400);
        }
        const made: CreatedToken | { refused: string } = await tokens.create(read.data);
        if ('refused' in made) return context.json({ error: made.refused }, 409);
        tellAudit(context, { detail: `${made.name} (${made.scope})` });
        return context.json(made, 201, { 'cache-control': 'no-store' });
      },
    }),
    route({
      method: 'delete',
      path: '/api/access/tokens/:id',
      summary: 'Revokes a token: nobody comes in with it any more, and who is in with it is shown out.',
      answers: { 204: { description: 'It is revoked.' }, 404: problem('There is no such token.') },
      async handle(context) {
        const revoked = await tokens.revoke(context.req.param('id') ?? '');
        if (!revoked) return context.json({ error: 'there is no such token' }, 404);
        tellAudit(context, { detail: `${revoked.name} (${revoked.scope})` });
        return context.body(null, 204);
      },
    }),
  ];
}

function auditRoute({ audit }: AccessRoutesDeps): Route {
  return route({
    method: 'get',
    path: '/api/audit',
    summary: 'Who looked at, searched, exported or deleted what, when and from where; the newest first.',
    query: auditQuery,
    answers: { 200: answer('Entries; never what was read or searched.', auditPageSchema) },
    handle: async (context, { session, before, limit }) =>
      context.json(await audit.page({ limit, ...present({ sessionId: session, before }) })),
  });
}

/** An empty one goes. */
function keepCookie(context: Context, secret: string, maxAgeS: number): void {
  // The page's own origin says how it came; the guard has compared it with the host.
  const secure = context.req.header('origin')?.startsWith('https:') === true;
  const [hostName, name] = cookieNames;
  setCookie(context, secure ? hostName : name, secret, {
    ...{ path: '/', httpOnly: true, secure, sameSite: 'Strict' },
    maxAge: Math.max(0, Math.floor(maxAgeS)),
  });
}
