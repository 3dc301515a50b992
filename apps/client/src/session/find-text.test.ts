import { expect, it } from 'vitest';
import { createFinder } from './find-text.ts';
import { smallStory } from './story-test.ts';

const index = smallStory();
const finder = createFinder(index);

it('finds prompts, answers and lines in either case, in reading order', () => {
  const keys = finder.find('RATE limiting').map(({ key }) => key);
  expect(keys[0]).toBe(index.turnKey(0));
  expect(keys).toHaveLength(2);
});

it('finds what is inside a folded subagent and an unopened call', () => {
  const [inside] = finder.find('gone.ts');
  expect(index.nodeOf(inside?.key ?? '')?.parents).toHaveLength(1);
  expect(finder.find('look for limiters')).toEqual([{ key: expect.stringContaining('agent:'), isInside: true }]);
});

it('finds nothing for nothing', () => {
  expect([finder.find('  '), finder.find('no such words')]).toEqual([[], []]);
});
