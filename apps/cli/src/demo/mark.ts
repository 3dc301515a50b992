import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';
import type { Told } from './told.ts';

/** Puts the label `demo` on each, and on one of them what people put on sessions. */
export async function markDemo(service: Service, sessions: readonly Told[]): Promise<void> {
  await Promise.all(sessions.map(({ sessionId }) => put(service, { sessionId, kind: 'label', text: 'demo' })));
  const first = sessions[0]?.sessionId;
  if (first === undefined || !sessions[0]?.hooks.some(({ input }) => input.hook_event_name === 'SessionEnd')) return;
  await put(service, { sessionId: first, kind: 'pin' });
  await put(service, {
    sessionId: first,
    kind: 'note',
    text: 'A good one to read first: a subagent, a diff, a failed test.',
  });
}

async function put(service: Service, annotation: object): Promise<void> {
  const answer = await service.ask('/api/annotations', {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(annotation) },
  });
  if (!answer.ok) throw new Problem(`POST /api/annotations: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  await answer.arrayBuffer();
}
