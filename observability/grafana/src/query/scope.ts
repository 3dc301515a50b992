import { knownSessions } from './identity.ts';
import type { Metric } from './metrics.ts';

/**
 * What the variables of a dashboard choose. Project and user are known per session, so both become a list of sessions,
 * in the hidden variable `sessions`: one filter that Prometheus and Loki both understand, also for clients that send
 * no `project`. `.*` stands for all.
 */

/** Matchers for a claude_code counter. */
export function metricScope(metric: Metric): string {
  const model = metric === 'cost' || metric === 'tokens' ? ',model_base=~"$model"' : '';
  return `${sessionMatchers}${model}`;
}

/** Matchers for whatever knows its session. */
export const sessionMatchers = `session_id=~"$\{sessions:pipe}",session_id=~"$session"`;

/** Pipeline stages for events; those of the API also know their model. */
export const sessionScope = `| session_id=~"$\{sessions:pipe}" | session_id=~"$session"`;
export const modelScope = `${sessionScope} | model=~"$model"`;

/** The sessions of the chosen projects and users, or the one value `.*` when nothing is chosen. */
export const chosenSessions = [
  label('session_id', '.*', `${everything()}`),
  // An empty list would be an empty pattern, which Loki takes for "all": so it is never empty.
  `or ((${chosen()} or ${label('session_id', 'none', 'vector(1)')}) unless on () ${everything()})`,
].join(' ');

function chosen(): string {
  const marked = `label_replace(label_replace(${knownSessions()}, "p", "yes", "project", "$project"), "u", "yes", "user", "$user")`;
  // The product keeps the sessions that carry both marks.
  return `group by (session_id) (${marked} * on (p, u) group_left () ${label('u', 'yes', label('p', 'yes', 'vector(1)'))})`;
}

/** One element where both variables stand at "All", none otherwise. */
function everything(): string {
  const written = label('chosen', '$project $user', 'vector(1)');
  return `(label_replace(${written}, "all", "yes", "chosen", "\\\\.\\\\* \\\\.\\\\*") * on (all) ${label('all', 'yes', 'vector(1)')})`;
}

function label(name: string, value: string, vector: string): string {
  return `label_replace(${vector}, "${name}", "${value}", "", "")`;
}
