import { describe, expect, it } from 'vitest';
import { hookEvent } from '../../fixtures/hook-event.ts';
import { entriesOf, eventsOf, sessionsOf, transcriptScenarios } from '../../fixtures/transcript.ts';
import { indexedText } from './indexed-text.ts';
import type { SearchPiece } from './piece.ts';
import { piecesOfEntry, piecesOfEvent } from './pieces.ts';

const named = (pieces: readonly SearchPiece[]) => new Set(pieces.map(({ kind, identity }) => `${kind}: ${identity}`));

describe('of the real client’s recordings', () => {
  const sessions = transcriptScenarios.flatMap((scenario) =>
    sessionsOf(scenario).map((sessionId) => ({ scenario, sessionId })),
  );

  it.each(sessions)(
    'what hooks and transcript of $scenario tell is recognised as the same',
    ({ scenario, sessionId }) => {
      const told = eventsOf(scenario, sessionId).flatMap(piecesOfEvent);
      const said = entriesOf(scenario, sessionId).flatMap(piecesOfEntry);
      const calls = (pieces: readonly SearchPiece[]) =>
        named(pieces.filter(({ toolUseId }) => toolUseId !== undefined));
      const [toldCalls, saidCalls] = [calls(told), calls(said)];
      // A transcript may end early, and hooks of a killed client may lack; but what both tell has one name.
      const both = [...toldCalls].filter((call) => saidCalls.has(call));
      expect(both.length).toBeGreaterThanOrEqual(Math.min(toldCalls.size, saidCalls.size) * 0.5);
      for (const piece of [...told, ...said]) {
        expect(piece.text.trim()).toBe(piece.text);
        expect(piece.text).not.toBe('');
      }
    },
  );
});

it('takes the words of a call, not the keys, bytes or what the result repeats of the input', () => {
  const event = hookEvent(
    {
      ...{ hook_event_name: 'PostToolUse', tool_name: 'Edit', tool_use_id: 't-1' },
      tool_input: { file_path: '/p/a.ts', old_string: 'one', new_string: 'two', replace_all: false },
      tool_response: {
        filePath: '/p/a.ts',
        oldString: 'one',
        newString: 'two',
        structuredPatch: [{ lines: ['-one', '+two'] }],
      },
    },
    0,
  );
  const call = { identity: 't-1', toolUseId: 't-1', toolName: 'Edit' };
  expect(piecesOfEvent(event)).toEqual([
    { kind: 'tool-input', text: '/p/a.ts\none\ntwo', ...call },
    { kind: 'tool-result', text: '/p/a.ts\n-one\n+two', ...call },
  ]);
});

it('takes terminal colours off the words that they stick to', () => {
  const event = hookEvent(
    {
      ...{ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: 't-1', tool_input: {} },
      tool_response: { stdout: '\u001b[31mFAIL\u001b[39m a.test.ts' },
    },
    0,
  );
  expect(piecesOfEvent(event).map(({ text }) => text)).toEqual(['FAIL a.test.ts']);
});

it('knows the head and the tail of a long text', () => {
  const event = hookEvent({ hook_event_name: 'Stop', last_assistant_message: `begin ${'x '.repeat(200_000)} end` }, 0);
  const [piece] = piecesOfEvent(event);
  expect(piece?.text.length).toBeLessThan(101_000);
  expect(piece?.text).toMatch(/^begin .* end$/s);
});

it('indexes no encoded bytes, and the words inside of names', () => {
  const { words, humps } = indexedText(`see useAuth and HTTPServer ${'QUJD'.repeat(100)}== end`);
  expect(words).toBe('see useAuth and HTTPServer   end');
  expect(humps).toBe('use Auth\nHTTP Server');
});

it('indexes each letter of scripts that put no space between words', () => {
  expect(indexedText('サーバーを直す fix useAuthの件').humps).toBe('use Auth\nサ ー バ ー を 直 す\nuse Auth の 件');
  expect(indexedText('plain words, ключевое слово').humps).toBe('');
});
