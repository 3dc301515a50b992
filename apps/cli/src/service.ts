import { destinationOf, readConfig, telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type * as z from 'zod';
import { Problem } from './problem.ts';

export interface Service {
  url: string;
  token: string | undefined;
  /** The answer of a GET, read by its schema. */
  get<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>>;
  post<T extends z.ZodType>(path: string, body: unknown, schema: T): Promise<z.infer<T>>;
  /** True where there was something to delete. */
  delete(path: string, patienceMs?: number): Promise<boolean>;
  /** Any request; throws where no service answers, and nothing for a status. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

const usualPatienceMs = 30_000;

/** TELLTALE_URL, else `url` of config.json in TELLTALE_HOME, else the port in TELLTALE_PORT, else 4000. */
export function createService(
  env: Readonly<Record<string, string | undefined>>,
  otherUrl?: string,
  otherToken?: string,
): Service {
  const home = telltaleHome();
  const isTold = !!env.TELLTALE_URL || readConfig(home).url !== undefined;
  const told = destinationOf(home);
  const usual = isTold || !env.TELLTALE_PORT ? told.url : `http://127.0.0.1:${env.TELLTALE_PORT}`;
  const url = (otherUrl ?? usual).replace(/\/$/, '');
  const token = otherToken ?? told.token;
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url))
    throw new Problem(`TELLTALE_URL must be an http or https address, got "${url}".`, 2);

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    try {
      return await fetch(url + path, { signal: AbortSignal.timeout(usualPatienceMs), ...init, headers });
    } catch (error) {
      throw new Problem(noService(error, url));
    }
  }

  async function read<T extends z.ZodType>(path: string, schema: T, init?: RequestInit): Promise<z.infer<T>> {
    const response = await ask(path, init);
    const json = await response.json().catch(() => undefined);
    if (!response.ok) throw new Problem(refusalOf(response.status, json, url), response.status === 400 ? 2 : 1);
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new Problem(`${url} answers ${path} with something else: is it Telltale, and of this version?`);
  }

  return {
    ...{ url, token, ask },
    get: (path, schema) => read(path, schema),
    post: (path, body, schema) =>
      read(path, schema, {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json' },
      }),
    async delete(path, patienceMs = usualPatienceMs) {
      const response = await ask(path, { method: 'DELETE', signal: AbortSignal.timeout(patienceMs) });
      if (response.ok || response.status === 404) return response.ok;
      throw new Problem(refusalOf(response.status, await response.json().catch(() => undefined), url));
    },
  };
}

/** Why nobody answered, and what to do. */
export function noService(error: unknown, url: string): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `The service at ${url} took too long to answer.`;
  const cause = error instanceof Error ? ((error.cause ?? error) as NodeJS.ErrnoException) : undefined;
  if (cause?.code === 'ERR_SSL_WRONG_VERSION_NUMBER') return `What answers at ${url} speaks http, not https.`;
  const why = cause?.code && cause.code !== 'ECONNREFUSED' ? ` (${cause.code})` : '';
  const isHere = /^https?:\/\/(127\.|localhost|\[::1\])/.test(url);
  return `No service at ${url}${why}; ${isHere ? 'start it with npm start, or name another in TELLTALE_URL' : 'TELLTALE_URL or config.json in TELLTALE_HOME name it'}.`;
}

/** What its refusal says, in words. */
export function refusalOf(status: number, json: unknown, url: string): string {
  const { error, fix } = (typeof json === 'object' && json !== null ? json : {}) as { error?: unknown; fix?: unknown };
  const said = [error, fix].filter((text) => typeof text === 'string').join('; ');
  if (status === 401) return `${url} wants a token: set TELLTALE_TOKEN${said && ` (${said})`}.`;
  return `${url} answers ${status}${said ? `: ${said}` : ''}${status === 404 && !said ? ': is it Telltale?' : '.'}`;
}
