import { Hono, type MiddlewareHandler } from 'hono';
import type { Route, RouteDescription } from '../routes/route.ts';
import { describeApi } from './openapi.ts';
import type { Pages } from './static.ts';

export interface AppOptions {
  version: string;
  /** Stands before every route: lets in who may ask what the route answers. */
  admission: MiddlewareHandler;
  routes: readonly Route[];
  /** Routes that are answered before this app, told in the same document. */
  described: readonly RouteDescription[];
  pages: Pages;
  onError: (error: Error) => void;
}

/** The parts of a page's own origin and nothing else; sockets of that origin count as 'self'. */
const contentPolicy =
  "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Everything that is read: API, description, pages. Intake stands in front of it, see `server.ts`. */
export function createApp({ version, admission, routes, described, pages, onError }: AppOptions): Hono {
  const app = new Hono();
  let description: ReturnType<typeof describeApi> | undefined;

  app.use(async (context, next) => {
    await next();
    context.header('content-security-policy', contentPolicy);
    context.header('x-content-type-options', 'nosniff');
    context.header('cross-origin-resource-policy', 'same-origin');
    context.header('referrer-policy', 'same-origin');
  });
  app.use(admission);

  for (const route of routes) app.on(route.method.toUpperCase(), route.path, (context) => route.handle(context));
  app.get('/openapi.json', (context) => {
    description ??= describeApi([...routes, ...described], version);
    return context.json(description);
  });
  for (const path of ['/api/*', '/ingest/*', '/events', '/live', '/v1/*']) {
    app.all(path, (context) => context.json({ error: `there is no ${nameOf(context.req)}` }, 404));
  }
  app.get('*', (context) => pages.serve(context));

  app.notFound((context) => context.json({ error: `there is no ${nameOf(context.req)}` }, 404));
  app.onError((error, context) => {
    onError(error);
    return context.json({ error: 'something unexpected failed; the log of the service says what' }, 500);
  });
  return app;
}

function nameOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.slice(0, 200)}`;
}
