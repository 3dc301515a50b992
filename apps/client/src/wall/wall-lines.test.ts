import { expect, it } from 'vitest';
import { wallRoom } from './wall-lines.ts';

it('gives who waits their lines before what is wrong, and that before who works', () => {
  expect(wallRoom(1080, [6, 3, 20])).toEqual([4, 2, 1]);
  expect(wallRoom(900, [6, 3, 20])).toEqual([4, 1, 0]);
  expect(wallRoom(700, [6, 3, 20])).toEqual([2, 0, 0]);
  expect(wallRoom(1080, [1, 0, 20])).toEqual([1, 0, 3]);
  expect(wallRoom(200, [1, 0, 20])).toEqual([0, 0, 0]);
});
