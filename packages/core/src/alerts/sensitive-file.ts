import { baseName, shownPath } from '../catalogue/path.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, textAt } from '../fields.ts';
import { counted, labelsOfMark } from './counted.ts';
import type { AlertRule } from './rule.ts';

/** By the file's own name. */
const names: readonly RegExp[] = [
  /^\.env(?:rc)?$/,
  /^\.env\.(?!(?:example|sample|template|dist|defaults?|schema)$)[\w.-]+$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/i,
  /^id_(?:rsa|dsa|ecdsa|ed25519)$/,
  /^\.(?:netrc|npmrc|pypirc|pgpass|htpasswd|git-credentials)$/,
  /^(?:credentials|secrets?)(?:\.(?:json|ya?ml|toml|ini|env))?$/i,
  /^\.gitlab-ci\.yml$/,
  /^(?:authorized_keys|known_hosts|shadow|sudoers)$/,
];
/** By where it lies. */
const places =
  /(?:^|\/)(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.config\/gcloud|\.docker\/config\.json|\.github\/workflows|\.git\/hooks|\.claude\/settings[\w.]*\.json)(?:\/|$)/;

const pathKeys = ['file_path', 'notebook_path', 'path'] as const;
const tools: ReadonlySet<string> = new Set(['Read', 'Edit', 'MultiEdit', 'Write', 'NotebookEdit', 'Grep', 'Bash']);
/** A longer command is a script: its beginning says what it touches. */
const longestCommand = 20_000;

export const sensitiveFile = {
  title: 'Sensitive file touched',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_SENSITIVE_FILES',
  meaning:
    'times in an hour that one session touched the same .env, key, credential or workflow file, from how many on; 1 tells of each',
  fires: 'from',
  runbook: 'Open the session: was it asked to? A deny rule in the permissions of Claude Code keeps it out.',
  marks: {
    windowMinutes: 60,
    names: ['PostToolUse', 'PostToolUseFailure'],
    of(event) {
      const path = sensitivePathOf(event);
      if (path === undefined) return undefined;
      const words = `${event.toolName} ${shownPath(path, textAt(event.payload, 'cwd'))}`;
      return { key: `${event.sessionId ?? ''} ${path}`, words };
    },
  },
  evaluate: (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'from', limit: Math.max(1, limit), labels: labelsOfMark },
      summary: (group, count) => `${group.at(-1)?.words}${count > 1 ? `, ${count} times in an hour` : ''}`,
    }),
} as const satisfies AlertRule;

/** The first sensitive path that a call touched, if it ran. */
export function sensitivePathOf({ name, toolName = '', outcome, payload }: TelltaleEvent): string | undefined {
  if (!tools.has(toolName) || outcome === 'denied') return undefined;
  const input = fieldsAt(payload, 'tool_input');
  if (toolName === 'Bash') return wordsOf(textAt(input, 'command') ?? '').find(isSensitive);
  // What could not be read or written was not touched; a command that failed did run.
  if (name === 'PostToolUseFailure') return undefined;
  const path = pathKeys.map((key) => textAt(input, key)).find((told) => told !== undefined);
  return path !== undefined && isSensitive(path) ? path : undefined;
}

export function isSensitive(path: string): boolean {
  const told = path.replaceAll('\\', '/');
  const name = baseName(told);
  return places.test(told) || names.some((rule) => rule.test(name));
}

/** A command's words as a shell would cut them, more or less: `cat<.env`, `"$HOME/.ssh/id_rsa"`, `--file=.env`. */
function wordsOf(command: string): string[] {
  return command
    .slice(0, longestCommand)
    .split(/[\s'"`;|&<>()=,:@]+/)
    .filter((word) => /[./]|^(?:id_|credentials|secret)/.test(word));
}
