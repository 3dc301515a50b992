import { type Session, sessionPageSchema, sessionSchema } from '@telltale/core';
import { cleanText } from './clean-text.ts';
import { Problem } from './problem.ts';
import type { Service } from './service.ts';

const mostSessions = 500;

/** A session by its id, the beginning of it, or its project's name; of several with a name the one that was active last. */
export async function findSession(service: Service, asked: string): Promise<Session> {
  const exact = await service.ask(`/api/sessions/${encodeURIComponent(asked)}`);
  if (exact.ok) return sessionSchema.parse(await exact.json());
  const { sessions } = await service.get(`/api/sessions?limit=${mostSessions}`, sessionPageSchema);
  const begun = sessions.filter(({ id }) => id.startsWith(asked));
  if (begun.length === 1 && begun[0]) return begun[0];
  if (begun.length > 1)
    throw new Problem(
      `${begun.length} sessions begin with ${asked}: ${begun
        .slice(0, 5)
        .map(({ id }) => id)
        .join(', ')}.`,
    );
  const named = sessions.find(({ app }) => app === asked);
  if (named) return named;
  throw new Problem(`There is no session "${cleanText(asked)}": an id, the beginning of one, or a project's name.`);
}
