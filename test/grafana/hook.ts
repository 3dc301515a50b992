import { expect } from 'vitest';
import type { Stack } from '../stack/stack.ts';

/** A prompt's hook as the script sends it. */
export async function sendHook(
  stack: Stack,
  session: string,
  { project, user }: { project: string; user: string },
): Promise<void> {
  const response = await fetch(`${stack.telltale}/ingest/hook`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', 'telltale-event-id': `hook-${session}` },
      ...{ 'telltale-app': project, 'telltale-user': user, 'telltale-host': 'desk' },
    },
    body: JSON.stringify({
      session_id: session,
      hook_event_name: 'UserPromptSubmit',
      cwd: `/src/${project}`,
      prompt: 'Hello',
    }),
  });
  expect(response.status).toBe(200);
}
