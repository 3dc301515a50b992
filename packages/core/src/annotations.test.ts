import { describe, expect, it } from 'vitest';
import { annotationLimits, readAnnotation, targetKey } from './annotations.ts';

describe('an annotation', () => {
  it('is kept trimmed; a label is one line, a note keeps its lines', () => {
    expect(readAnnotation({ sessionId: 's-1', kind: 'label', text: '  flaky \n test ' })).toEqual({
      ...{ sessionId: 's-1', kind: 'label', text: 'flaky test' },
    });
    expect(readAnnotation({ sessionId: 's-1', kind: 'note', text: ' one\r\n\ttwo\u0007 ', toolUseId: 't-1' })).toEqual({
      ...{ sessionId: 's-1', kind: 'note', text: 'one\n\ttwo', toolUseId: 't-1' },
    });
  });

  it('holds no secret', () => {
    const read = readAnnotation({ sessionId: 's-1', kind: 'note', text: `it printed ghp_${'a1B2'.repeat(9)} again` });
    expect(JSON.stringify(read)).not.toContain('a1B2a1B2');
    expect(read).toMatchObject({ text: expect.stringMatching(/^it printed .* again$/) });
  });

  it('drops words that a bookmark and a pin do not have', () => {
    expect(readAnnotation({ sessionId: 's-1', kind: 'pin', text: 'x' })).toEqual({ sessionId: 's-1', kind: 'pin' });
  });

  it.each([
    [{ sessionId: 's-1', kind: 'label', text: ' ' }, 'text must not be empty: a label is its words'],
    [{ sessionId: 's-1', kind: 'note' }, 'text must not be empty: a note is its words'],
    [
      { sessionId: 's-1', kind: 'label', text: 'x'.repeat(annotationLimits.label + 1) },
      'text must be at most 64 characters in a label, got 65',
    ],
    [
      { sessionId: 's-1', kind: 'bookmark', eventId: 'e', promptId: 'p' },
      'an annotation is about one thing: give one of eventId, promptId',
    ],
    [{ sessionId: 's-1', kind: 'pin', eventId: 'e' }, 'a pin is a session’s: give no eventId'],
  ])('says what is wrong with %j', (input, error) => {
    expect(readAnnotation(input)).toEqual({ error });
  });

  it('names the field that cannot be read', () => {
    expect(readAnnotation({ kind: 'star', toolUseId: 7 })).toEqual({
      error:
        'toolUseId must be a text of 1–200 characters; sessionId must be a text of 1–200 characters; kind must be one of note, label, bookmark, pin',
    });
    for (const body of ['x', null, [], undefined])
      expect(readAnnotation(body)).toEqual({ error: 'the body must be a JSON object with sessionId and kind' });
  });

  it('is about the same thing where its key is the same', () => {
    expect(targetKey({})).toBe('');
    expect(targetKey({ toolUseId: 't' })).not.toBe(targetKey({ promptId: 't' }));
  });
});
