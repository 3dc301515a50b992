import { facetsSchema, isDemoSession, type Session, sessionPageSchema } from '@telltale/core';
import { deleteSession, findProbes, leftOf } from '../erase.ts';
import type { Service } from '../service.ts';
import { projectStart } from './plan.ts';

export interface Removed {
  sessions: string[];
  /** Words that the search found before and does not find now. */
  words: number;
  /** What is still there, in words. */
  left: string[];
}

/** Words of so many sessions are searched for, before and after. */
const sessionsProbed = 20;
const wordsEach = 3;

export async function demoSessions(service: Service): Promise<Session[]> {
  const found: Session[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '500', cursor });
    const page: { sessions: Session[]; next: string | null } = await service.get(
      `/api/sessions?${query}`,
      sessionPageSchema,
    );
    found.push(...page.sessions.filter(({ id }) => isDemoSession(id)));
    cursor = page.next;
  }
  return found;
}

/** Takes away whatever has the demo's mark, and looks for it afterwards. */
export async function removeDemo(service: Service, onRemoved: () => void): Promise<Removed> {
  const sessions = await demoSessions(service);
  const probes = new Map<string, string[]>(sessions.map(({ id }) => [id, []]));
  for (const session of sessions.slice(0, sessionsProbed))
    probes.set(session.id, await findProbes(service, session, wordsEach));
  for (const { id } of sessions) {
    await deleteSession(service, id);
    onRemoved();
  }
  const left: string[] = [];
  for (const [id, words] of probes) left.push(...(await leftOf(service, id, words)).map((what) => `${what} of ${id}`));
  left.push(...(await demoSessions(service)).map(({ id }) => `session ${id}`));
  const { apps } = await service.get('/api/facets', facetsSchema);
  // Of a project of your own with such a name there are sessions, so it stays.
  for (const app of apps.filter((name) => name.startsWith(projectStart) && sessions.some((one) => one.app === name)))
    if ((await sessionsOf(service, app)) === 0) left.push(`the name ${app}`);
  return { sessions: [...probes.keys()], words: [...probes.values()].flat().length, left };
}

async function sessionsOf(service: Service, app: string): Promise<number> {
  const query = new URLSearchParams({ app, limit: '1' });
  return (await service.get(`/api/sessions?${query}`, sessionPageSchema)).sessions.length;
}
