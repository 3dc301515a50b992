import { baseName } from './catalogue/path.ts';
import type { TelltaleEvent } from './event.ts';
import { fieldsAt, textAt } from './fields.ts';

// Which files are sensitive: the one list, for the mark of events, the filter and the alert.

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
/** Events that tell what a call did. */
const ends: ReadonlySet<string> = new Set(['PostToolUse', 'PostToolUseFailure']);

type SensitiveEvent = Pick<TelltaleEvent, 'name' | 'toolName' | 'outcome' | 'payload'>;

/** The first sensitive path that a call touched, where the event tells that it ran. */
export function sensitivePathOf({ name, toolName = '', outcome, payload }: SensitiveEvent): string | undefined {
  if (!ends.has(name)) return undefined;
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
