import type { Annotation } from '../annotations.ts';
import type { SessionCost } from '../cost-view.ts';
import type { TelltaleEvent } from '../event.ts';
import type { Redact } from '../redact.ts';
import type { Session } from '../session-view.ts';
import { buildStory, type Story } from '../story.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';

/** Everything that an export of one session is made of. */
export interface ExportSources {
  session: Session;
  /** All of its events and transcript entries, each with its payload. */
  events: readonly TelltaleEvent[];
  entries: readonly TranscriptEntry[];
  /** Absent where nothing is known of its cost. */
  cost?: SessionCost | undefined;
  labels?: readonly string[] | undefined;
  /** What people put on it, in the order in which they did. */
  annotations?: readonly Annotation[] | undefined;
}

/** What an export says of itself. */
export interface ExportFacts {
  /** Of Telltale. */
  version: string;
  /** ISO 8601. */
  exportedAt: string;
  /** Whether personal data was masked, too. */
  isMasked: boolean;
  /** `prod`, `staging`: what the installation was told, where the telemetry says nothing. */
  environment?: string | undefined;
}

export const exportFormats = ['json', 'ndjson', 'csv', 'html', 'ams'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The same value, masked once more; the same object where there was nothing to mask. */
export function redacted<T>(value: T, redact: Redact): T {
  const text = JSON.stringify(value);
  const { text: masked } = redact(text);
  return masked === text ? value : (JSON.parse(masked) as T);
}

/** Who sat where: no pattern knows a name, so with personal data masked these fields go as a whole. */
export function withoutPerson<T extends Person>(value: T): T {
  const { user, host, repo } = value;
  return {
    ...value,
    ...(user !== undefined && { user: '[redacted:user]' }),
    ...(host !== undefined && { host: '[redacted:host]' }),
    // `github.com/ada/shop` of Ada's own.
    ...(user !== undefined && repo !== undefined && { repo: withoutName(repo, user) }),
  };
}

type Person = { user?: string | undefined; host?: string | undefined; repo?: string | undefined };

function withoutName(repo: string, user: string): string {
  const isHers = (part: string) => part.toLowerCase() === user.toLowerCase();
  return repo.replace(/[^/:@]+/g, (part) => (isHers(part) ? '[redacted:user]' : part));
}

/** `/home/ada/shop` names Ada: takes her name out of every path below her own folder, and nobody else's. */
export function homeMask({ user, cwd }: Pick<Session, 'user' | 'cwd'>): (text: string) => string {
  const name = user ?? /^(?:\/home|\/Users|[A-Za-z]:\\Users)[/\\]([^/\\]+)/.exec(cwd ?? '')?.[1];
  if (name === undefined || name.length < 2) return (text) => text;
  const spelled = name.replace(/[^A-Za-z0-9_]/g, '\\$&');
  // In JSON a backslash is two, and the folder that Claude Code makes of a path has dashes.
  const path = new RegExp(`((?:home|Users)(?:/|\\\\+|-))${spelled}(?![A-Za-z0-9_])`, 'g');
  return (text) => text.replace(path, '$1[redacted:user]');
}

export function storyOf({ session, events, entries }: ExportSources): Story {
  return buildStory({ session, events, entries });
}

/** `telltale-shop-2026-11-21-9f86d081`: the same for every format, but for its ending. ASCII, as a header wants it. */
export function exportName({ app, startedAt, id }: Session): string {
  const words = [app, startedAt.slice(0, 10), id.slice(0, 8)].map((word) => word.replace(/[^A-Za-z0-9._-]+/g, '-'));
  return ['telltale', ...words].filter((word) => word !== '-').join('-');
}
