import { describe, expect, it } from 'vitest';
import { isRejection } from '../event.ts';
import { parseEnvelope } from './envelope.ts';

const context = { id: 'id-1', receivedAt: '2026-11-21T09:00:00.000Z' };
const payload = {
  session_id: 's-1',
  cwd: '/p',
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
};

describe('parseEnvelope', () => {
  it('reads what send_event.py posts', () => {
    const timestamp = Date.UTC(2026, 10, 21, 8, 59, 59, 123);
    expect(
      parseEnvelope(
        { source_app: 'cc-hooks-v2', session_id: 's-1', hook_event_type: 'PreToolUse', payload, timestamp },
        context,
      ),
    ).toEqual({
      event: {
        id: 'id-1',
        source: 'hook',
        name: 'PreToolUse',
        sessionId: 's-1',
        app: 'cc-hooks-v2',
        at: '2026-11-21T08:59:59.123Z',
        toolName: 'Bash',
        summary: 'Bash ls',
        origin: { install: 'envelope' },
        payload,
      },
      entries: [],
    });
  });

  it('takes the chat of --add-chat as transcript entries', () => {
    const chat = [
      { type: 'user', uuid: 'u-1', timestamp: '2026-11-21T08:00:00Z', message: { role: 'user', content: 'hi' } },
      { type: 'assistant', uuid: 'u-2', isSidechain: true, agentId: 'a-1', timestamp: 'odd' },
      'not a line',
      { summary: 'no type' },
    ];
    const envelope = parseEnvelope(
      { source_app: 'x', session_id: 's-1', hook_event_type: 'Stop', payload: {}, chat },
      context,
    );
    if (isRejection(envelope)) throw new Error(envelope.rejected);
    expect(envelope.event).toMatchObject({ name: 'Stop', at: context.receivedAt });
    expect(envelope.event.payload).not.toHaveProperty('chat');
    expect(envelope.entries).toEqual([
      { sessionId: 's-1', type: 'user', uuid: 'u-1', at: '2026-11-21T08:00:00.000Z', line: chat[0] },
      { sessionId: 's-1', type: 'assistant', uuid: 'u-2', agentId: 'a-1', line: chat[1] },
      { sessionId: 's-1', type: 'unknown', line: chat[3] },
    ]);
  });

  it('takes session and name from the payload where the envelope has none', () => {
    expect(parseEnvelope({ session_id: 'unknown', payload }, context)).toMatchObject({
      event: { sessionId: 's-1', name: 'PreToolUse', app: 'p' },
    });
  });

  it.each([
    [[], { rejected: 'an envelope is a JSON object' }],
    [{ payload: 'text' }, { rejected: 'payload must be a JSON object', at: 'payload' }],
    [{ hook_event_type: 'Stop' }, { rejected: 'session_id is missing', at: 'session_id' }],
    [
      { session_id: 'unknown', hook_event_type: 'Stop', payload: {} },
      { rejected: 'session_id is missing', at: 'session_id' },
    ],
    [
      { session_id: 's', payload: {} },
      { rejected: 'hook_event_type is missing', at: 'hook_event_type' },
    ],
  ])('says what is missing in %j', (input, rejection) => {
    expect(parseEnvelope(input, context)).toEqual(rejection);
  });
});
