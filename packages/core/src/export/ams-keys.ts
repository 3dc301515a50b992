import { type AmsIndex, type AmsSession, amsIndexSchema } from './ams.ts';

/** The small object that lists and filters need. */
export function amsIndex(session: AmsSession, key: string): AmsIndex {
  return amsIndexSchema.parse({ ...session, key });
}

/** By the day on which it began, in UTC: a session keeps its place when it goes on. */
export function amsKeys(
  { session_id: id, started_at: at }: AmsSession,
  prefix = '',
): { session: string; index: string } {
  const folder = prefix === '' ? '' : `${prefix}/`;
  // Whatever a sender called its session: no key leads out of the folder.
  const name = encodeURIComponent(id)
    .replace(/^\.+/, (dots) => dots.replaceAll('.', '%2E'))
    .slice(0, 200);
  return {
    session: `${folder}sessions/${at.slice(0, 10).replaceAll('-', '/')}/${name}.json`,
    index: `${folder}index/${name}.json`,
  };
}
