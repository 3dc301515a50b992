import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCompaction, type MessagesRequest, placeIn, sessionOf } from './conversation.ts';
import { type AnswerMessage, answerOf, freshId, streamOf, type ToolUse, type Usage, usageAtStart } from './message.ts';
import type { Fault, Step } from './script.ts';

/** One request for an answer, as the API saw it: the ground truth the telemetry is compared with. */
export interface ApiRequest {
  requestId: string;
  /** `main`: plays a script. `side`: the client's own (titles, compaction), answered without one. */
  kind: 'main' | 'side';
  track: string | undefined;
  step: number;
  attempt: number;
  sessionId: string | undefined;
  agentId: string | undefined;
  model: string;
  status: number;
  wasCut: boolean;
  /** What the client was told; of a stream that broke off that is its beginning. */
  usage: Usage | undefined;
  calls: ToolUse[];
  atMs: number;
}

export interface ScriptedApi {
  url: string;
  requests: readonly ApiRequest[];
  play(track: string, steps: Step[]): void;
  /** Resolves when the step's request has arrived, before it is answered. */
  reached(track: string, step: number): Promise<void>;
  close(): Promise<void>;
}

/** A Messages API on loopback that answers from scripts and remembers what it served. */
export async function createScriptedApi(): Promise<ScriptedApi> {
  const scripts = new Map<string, Step[]>();
  const requests: ApiRequest[] = [];
  const attempts = new Map<string, number>();
  const waiters = new Set<{ key: string; arrived: () => void }>();

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined); // the client retries a broken answer
    });
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    const body = await textOf(request);
    if (path === '/v1/messages' && request.method === 'POST') return answer(request, response, JSON.parse(body));
    if (path === '/v1/messages/count_tokens') return json(response, 200, { input_tokens: 1000 });
    json(response, request.method === 'HEAD' ? 200 : 404, {});
  }

  async function answer(request: IncomingMessage, response: ServerResponse, body: MessagesRequest): Promise<void> {
    const played = truthOf(request, body);
    requests.push(played.truth);
    for (const waiter of waiters) if (waiter.key === played.key) waiter.arrived();
    await played.step.heldUntil;
    if (played.step.holdMs) await sleep(played.step.holdMs, undefined, { ref: false });
    if (played.fault && 'status' in played.fault) return fail(response, played.fault.status, played.truth.requestId);
    response.setHeader('request-id', played.truth.requestId);
    if (!body.stream) return json(response, 200, played.message);
    await stream(response, played.message, played.fault !== undefined);
  }

  function truthOf(request: IncomingMessage, body: MessagesRequest) {
    const place = placeIn(body);
    const step = scripts.get(place?.track ?? '')?.[place?.step ?? 0] ?? unscripted(body);
    const sessionId = sessionOf(body);
    const agentId = headerOf(request, 'x-claude-code-agent-id');
    const key = `${place?.track}#${place?.step}`;
    const attempt = attempts.get(`${key}#${sessionId}#${agentId}`) ?? 0;
    if (place) attempts.set(`${key}#${sessionId}#${agentId}`, attempt + 1);
    const fault: Fault | undefined = step.faults?.[attempt];
    const message = answerOf(step, body.model, requests.length);
    const isAnswered = fault === undefined;
    const wasCut = fault !== undefined && 'cut' in fault;
    const truth: ApiRequest = {
      requestId: freshId('req_'),
      kind: place ? 'main' : 'side',
      track: place?.track,
      step: place?.step ?? 0,
      attempt,
      sessionId,
      agentId,
      model: body.model,
      status: fault && 'status' in fault ? fault.status : 200,
      wasCut,
      usage: isAnswered ? message.usage : wasCut ? usageAtStart(message.usage) : undefined,
      calls: isAnswered ? message.content.filter((block): block is ToolUse => block.type === 'tool_use') : [],
      atMs: Date.now(),
    };
    return { step, fault, message, truth, key };
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    play: (track, steps) => void scripts.set(track, steps),
    reached: (track, step) =>
      new Promise((arrived) => {
        if (requests.some((seen) => seen.track === track && seen.step === step)) arrived();
        else waiters.add({ key: `${track}#${step}`, arrived });
      }),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const unscripted = (body: MessagesRequest): Step => ({
  say: isCompaction(body) ? '<analysis>Short.</analysis>\n<summary>They looked around.</summary>' : 'All is said.',
});

async function stream(response: ServerResponse, message: AnswerMessage, breaksOff: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const events = [...streamOf(message)];
  for (const event of breaksOff ? events.slice(0, 3) : events) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if (!breaksOff) return void response.end();
  await sleep(250); // let what was written leave, so that the client has a stream to lose
  response.destroy();
}

const errorTypes = {
  400: 'invalid_request_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
} as const;

function fail(response: ServerResponse, status: keyof typeof errorTypes, requestId: string): void {
  response.setHeader('request-id', requestId);
  if (status === 429) response.setHeader('retry-after', '0');
  json(response, status, { type: 'error', error: { type: errorTypes[status], message: `scripted ${status}` } });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
