import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { RouteDescription } from '../routes/route.ts';
import { type Answer, send } from './answer.ts';
import { type BodyRefusal, isRefusal, type ReadBody } from './body.ts';

/** A request for an intake route, its body read. */
export interface IntakeRequest {
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  body: Buffer;
}

/** One way in, described beside what it does. */
export interface IntakeRoute extends RouteDescription {
  handle(request: IntakeRequest): Answer | Promise<Answer>;
}

export interface Intake {
  /** What answers this request; undefined when it is not for the intake. */
  find(request: IncomingMessage): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
}

export interface IntakeOptions {
  routes: readonly IntakeRoute[];
  readBody: ReadBody;
  /** A failure that is not the sender's fault. It gets 503: only a retry can save the event. */
  onFailure: (error: unknown) => void;
  onSuccess: () => void;
  /** Requests, and their bytes, that may wait for a COMMIT at the same time; more are told to come again. */
  maxWaiting?: number;
  maxWaitingBytes?: number;
}

/** The ways in, on bare node:http: every answer comes after COMMIT or says why there was none. */
export function createIntake(options: IntakeOptions): Intake {
  const { routes, readBody, onFailure, onSuccess, maxWaiting = 5000, maxWaitingBytes = 256 << 20 } = options;
  let waiting = 0;
  let waitingBytes = 0;
  const handlers = new Map(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, handlerOf(route)]));

  function handlerOf(route: IntakeRoute) {
    return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      send(request, response, await answer(route, request));
    };
  }

  async function answer(route: IntakeRoute, request: IncomingMessage): Promise<Answer> {
    if (waiting >= maxWaiting || waitingBytes >= maxWaitingBytes) return refusal(queueFull);
    const body = await readBody(request);
    if (isRefusal(body)) return refusal(body);
    waiting++;
    waitingBytes += body.length;
    try {
      const answered = await route.handle({ headers: request.headers, query: queryOf(request.url), body });
      // Asking for an offset stores nothing.
      if (route.method === 'post') onSuccess();
      return answered;
    } catch (error) {
      onFailure(error);
      return refusal(notStored);
    } finally {
      waiting--;
      waitingBytes -= body.length;
    }
  }

  return {
    find: ({ method, url = '' }) => {
      const end = url.indexOf('?');
      return handlers.get(`${method} ${end < 0 ? url : url.slice(0, end)}`);
    },
  };
}

const queueFull: BodyRefusal = { status: 503, error: 'too much waits to be stored', fix: 'send it again later' };
const notStored: BodyRefusal = { status: 503, error: 'it could not be stored now', fix: 'send it again later' };

function refusal({ status, error, fix }: BodyRefusal): Answer {
  return { status, body: { error, ...(fix !== undefined && { fix }) } };
}

const noQuery = new URLSearchParams();

function queryOf(url = ''): URLSearchParams {
  const start = url.indexOf('?');
  return start < 0 ? noQuery : new URLSearchParams(url.slice(start + 1));
}
