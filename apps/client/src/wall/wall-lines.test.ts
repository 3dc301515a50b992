import { expect, it } from 'vitest';
import { wallLines, wallRoom } from './wall-lines.ts';

it('gives who waits their lines before what is wrong, and that before who works', () => {
  expect(wallRoom(1080, [6, 3, 20])).toEqual([4, 2, 1]);
  expect(wallRoom(900, [6, 3, 20])).toEqual([4, 1, 0]);
  expect(wallRoom(700, [6, 3, 20])).toEqual([2, 0, 0]);
  expect(wallRoom(1080, [1, 0, 20])).toEqual([1, 0, 3]);
  expect(wallRoom(200, [1, 0, 20])).toEqual([0, 0, 0]);
});

it('says how many more there are only behind those that it shows', () => {
  expect(wallLines(['a', 'b', 'c'], 2)).toEqual({ total: 3, shown: ['a', 'b'], more: 1 });
  expect(wallLines(['a', 'b', 'c'], 0)).toEqual({ total: 3, shown: [], more: 0 });
});
