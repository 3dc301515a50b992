import { join } from 'node:path';
import { proxiesAt } from './access/address.ts';
import { createAdmission } from './access/admission.ts';
import type { Rates } from './access/door.ts';
import { notingGuard } from './access/noting-guard.ts';
import type { Visitor } from './access/visitor.ts';
import { createComplaints } from './complaints.ts';
import type { Config } from './config.ts';
import { openHome } from './home.ts';
import { createApp } from './http/app.ts';
import { createGuard } from './http/guard.ts';
import { openOtlpPort } from './http/otlp-port.ts';
import { createHttpServer, drain, listen, listenProblem } from './http/server.ts';
import { createPages } from './http/static.ts';
import { createLiveSocket } from './live/socket.ts';
import { createAccess } from './service/access.ts';
import { type Foundation, openStore } from './service/foundation.ts';
import { createNews } from './service/news.ts';
import { createParts } from './service/parts.ts';
import { type RoutedParts, serviceRoutesOf } from './service/routes.ts';
import { createLoopLag } from './status/metrics.ts';

export interface ServiceOptions {
  version: string;
  /** The repository: the built page and the connect command are found from here. */
  root: string;
  /** For whoever runs the service; one line each. */
  print: (line: string) => void;
  now?: () => number;
  /** How often who may ask; the usual rates where nothing is said. */
  rates?: Partial<Rates>;
}

export interface Service {
  url: string;
  port: number;
  /** Where OTLP is taken beside `port`, if it is. */
  otlpPort?: number;
  close(drainMs: number): Promise<void>;
}

/** The whole service: store, then everything on it, then the ports. What cannot be is thrown as one sentence. */
export async function startService(config: Config, options: ServiceOptions): Promise<Service> {
  const { version, root, print, now = Date.now } = options;
  openHome(config.home);
  const base = { config, version, now, complaints: createComplaints(print), news: createNews() };
  const foundation: Foundation = { ...base, store: openStore(base) };
  const lag = createLoopLag();
  try {
    const access = createAccess(foundation, options.rates);
    const parts = createParts(foundation);
    await parts.open();
    const ports = await openPorts(foundation, { ...parts, access, root, lag });
    parts.start();
    access.start();
    return {
      ...ports.told,
      url: `http://${urlHost(config.host)}:${ports.told.port}`,
      async close(drainMs) {
        const drained = ports.drain(drainMs);
        await Promise.all([parts.stop(), ports.hangUp()]);
        await drained;
        await access.stop();
        parts.hub.close();
        lag.stop();
        await foundation.store.close();
      },
    };
  } catch (error) {
    lag.stop();
    await foundation.store.close();
    throw error;
  }
}

/** One port for everything, and one that takes telemetry only. */
async function openPorts(foundation: Foundation, parts: Omit<RoutedParts, 'otlpPort'>) {
  const { config, version, complaints } = foundation;
  const { hub, taking, access, root } = parts;
  const { door, audit } = access;
  const guard = createGuard({ ...config, isProxy: proxiesAt(config.trustedProxies), door });
  const noting = notingGuard(guard, audit);
  let otlpPort: number | 'off' | undefined;
  const app = createApp({
    ...{
      version,
      admission: createAdmission({ guard, audit }),
      described: taking.routes,
      routes: serviceRoutesOf(foundation, { ...parts, otlpPort: () => otlpPort }),
    },
    pages: createPages(join(root, 'apps/client/dist')),
    onError: (error) => complaints.raise('request', error.stack ?? error.message),
  });
  const onJoined = (visitor: Visitor) => audit.note({ visitor, action: 'watched' });
  const socket = createLiveSocket({ hub, guard: noting, isStillIn: door.isStillIn, onJoined });
  access.onLeft(socket.showOut);
  const server = createHttpServer({ app, intake: taking.intake, socket, guard: noting });
  const port = await listen(server, { ...config, problemOf: listenProblem });
  const otlp = await openOtlpPort({
    ...{ port: config.otlpPort, host: config.host, guard: noting, intake: taking.otlpIntake },
    onProblem: (problem) => complaints.raise('otlp', problem),
  });
  // Where the port was taken by another, the service's own takes telemetry, too.
  otlpPort = config.otlpPort === 'off' ? 'off' : (otlp.port ?? port);
  return {
    told: { port, ...(otlp.port !== undefined && { otlpPort: otlp.port }) },
    drain: (drainMs: number) => Promise.all([drain(server, drainMs), otlp.close(drainMs)]),
    hangUp: () => socket.close(),
  };
}

/** As a URL names it: an IPv6 address stands in brackets. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host;
}
