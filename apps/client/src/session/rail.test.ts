import { expect, it } from 'vitest';
import { mostMarks, railMarks } from './rail.ts';
import { eventTeller, smallStory } from './story-test.ts';

function prompts(count: number, failures: number) {
  const teller = eventTeller();
  for (let at = 1; at <= count; at += 1) {
    teller.prompt(`p${at}`, `prompt ${at}`);
    for (let call = 0; call < failures; call += 1)
      teller.call(`p${at}`, 'Bash', { command: 'x' }, { error: 'Exit code 1' });
    teller.stop(`p${at}`, 'done');
  }
  return teller.index();
}

it('lists prompts and failures in the order of the story', () => {
  expect(railMarks(smallStory()).map(({ kind, number, words }) => [kind, number, words])).toEqual([
    ['prompt', '1', 'add rate limiting'],
    ['failure', '', 'Bash npm test · exit 1 · FAIL limits.test.ts'],
    ['failure', '', 'Read gone.ts · File does not exist.'],
    ['prompt', '2', 'thanks'],
  ]);
});

it('counts the failures of a turn where they are too many to be listed', () => {
  const marks = railMarks(prompts(10, 9));
  expect(marks).toHaveLength(20);
  expect(marks[1]).toMatchObject({ kind: 'failure', words: '9 failed' });
});

it('puts prompts together above forty, and still tells what failed', () => {
  const marks = railMarks(prompts(90, 1));
  expect(marks.length).toBeLessThanOrEqual(mostMarks);
  expect(marks[0]).toMatchObject({ number: '1–3', words: '✕ 3 · prompt 1 and 2 more', turns: [0, 2] });
  expect(marks.at(-1)?.turns[1]).toBe(89);
});
