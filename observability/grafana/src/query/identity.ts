import { type Metric, metrics } from './metrics.ts';

/** A panel's whole time range, to the millisecond (`$__range` is rounded to seconds). */
export const wholeRange = `$\{__range_ms}ms`;

/**
 * Who and where. A metric point knows its session; its project only if the client was told one
 * (`OTEL_RESOURCE_ATTRIBUTES=project=…`), its person only after a login. Hooks know both, and the service exports them:
 * `telltale_session_info{session_id, project, user, host} 1` for recent sessions.
 *
 *     project = the client's label, else the hooks', else "unlabelled"
 *     user    = a label `user`, else the e-mail address, else the hooks', else the client's number, else "unknown"
 */
export interface IdentityOptions {
  metric: Metric;
  by: readonly string[];
  filter?: string;
  range?: string;
  endMs?: number;
  ahead?: boolean;
  /** A vector with the labels of the points. */
  increments: string;
}

/** Adds the increments up by labels among which are `project` or `user`. */
export function withIdentity(options: IdentityOptions): string {
  const { metric, by, filter = '', range = wholeRange, endMs, ahead = false, increments } = options;
  const at = endMs === undefined ? '' : ` @ ${endMs / 1000}`;
  const others = by.filter((label) => !own.includes(label));
  // First down to a few series per session: what follows is then cheap.
  const perSession = `sum by (${[...own, ...others].join(', ')}) (${increments})`;
  const sessions = `group by (session_id) (last_over_time(${metrics[metric]}{${filter}}[${range}]${at}${ahead ? ` offset -${range}` : ''}))`;
  // All bars of a panel share one reading, so that they add up to the total of the same project.
  const known = sessionInfo(ahead ? `[${wholeRange}] @ end()` : `[${range}]${at}`);
  const joined = `${perSession} * on (session_id) group_left (hook_project, hook_user) (${known} or on (session_id) ${sessions})`;
  return `sum by (${by.join(', ')}) (${named(joined)})`;
}

/** Each session that hooks know, with the value 1: one project and one user, those that were exported most often. */
function sessionInfo(window: string, filter = ''): string {
  const info = `telltale_session_info${filter && `{${filter}}`}${window}`;
  const renamed = renamedLabel(
    renamedLabel(`max by (session_id, project, user) (count_over_time(${info}))`, 'project', 'hook_project'),
    'user',
    'hook_user',
  );
  return `topk by (session_id) (1, ${renamed}) ^ 0`;
}

/** Sessions that sent metrics, each once. */
export function measuredSessions(range: string): string {
  return `group by (session_id) (last_over_time({__name__=~"${metrics.sessions}|${metrics.tokens}"}[${range}]))`;
}

/** The same without those that only began: `--continue` counts a session under an id that nothing else ever has. */
export function workingSessions(range: string): string {
  return `group by (session_id) (last_over_time(${metrics.tokens}[${range}]))`;
}

/** Sessions that hooks told of, each once. Telemetry makes sessions too, but only hooks tell the host. */
export function hookedSessions(range: string): string {
  return `group by (session_id) (last_over_time(telltale_session_info{host!=""}[${range}]))`;
}

export interface KnownOptions {
  /** Matchers for session_id. */
  filter?: string;
  /** By which a session is known; nearly every one has these two. */
  by?: readonly Metric[];
}

/** Every session of a range with its `project` and `user`, from telemetry or from hooks alone. */
export function knownSessions(
  range: string = wholeRange,
  { filter = '', by = ['sessions', 'tokens'] }: KnownOptions = {},
): string {
  const names = `__name__=~"${by.map((metric) => metrics[metric]).join('|')}"`;
  const points = `{${[names, filter].filter(Boolean).join(',')}}[${range}]`;
  const info = sessionInfo(`[${range}]`, filter);
  const counted = `max by (${own.join(', ')}) (last_over_time(${points})) ^ 0`;
  const joined = `(${counted}) * on (session_id) group_left (hook_project, hook_user) (${info} or on (session_id) group by (session_id) (last_over_time(${points})))`;
  return `max by (session_id, project, user) (${named(joined)} or on (session_id) ${named(`(${info})`)})`;
}

/** Settles `project` and `user` of a vector with the labels `own`, `hook_project` and `hook_user`. */
function named(vector: string): string {
  const project = first('project', ['project', 'hook_project'], 'unlabelled', vector);
  const user = first('user', ['user', 'user_email', 'hook_user', 'user_id'], 'unknown', project);
  // The client's own number for a person is 64 hexadecimal digits; 12 are enough to tell people apart.
  return `label_replace(${user}, "user", "$1", "user", "([0-9a-f]{12})[0-9a-f]{52}")`;
}

/** The labels that say who and where. */
const own = ['session_id', 'project', 'user', 'user_email', 'user_id'];

// A byte that stands in no name.
const separator = '\\x1f';

function first(target: string, sources: readonly string[], otherwise: string, vector: string): string {
  const labels = sources.map((source) => `"${source}"`).join(', ');
  const all = `label_join(${vector}, "${target}", "${separator}", ${labels})`;
  const chosen = `label_replace(${all}, "${target}", "$1", "${target}", "${separator}*([^${separator}]+).*")`;
  return `label_replace(${chosen}, "${target}", "${otherwise}", "${target}", "${separator}*")`;
}

function renamedLabel(vector: string, from: string, to: string): string {
  return `label_replace(${vector}, "${to}", "$1", "${from}", "(.*)")`;
}
