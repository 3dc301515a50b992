import { expect, it } from 'vitest';
import { type BackPage, readBack } from './read-back.ts';

/** A list of numbers as the service pages it, newest first. */
function list(last: number, size: number) {
  return async (before: number): Promise<BackPage<number>> => {
    const items = Array.from({ length: last }, (_, at) => last - at).filter((one) => one < before);
    const page = items.slice(0, size);
    return { items: page, next: items.length > size ? (page.at(-1) ?? null) : null };
  };
}

const options = { isWanted: () => true, onPage: () => {}, pause: async () => {} };

it('reads everything before a place, oldest first, and tells of each page', async () => {
  const counts: number[] = [];
  const onPage = (count: number) => counts.push(count);
  expect(await readBack({ ...options, page: list(100, 3), from: 8, onPage })).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(counts).toEqual([3, 3, 1]);
});

it('asks for nothing where the newest page was all', async () => {
  const page = async () => Promise.reject(new Error('asked'));
  expect(await readBack({ ...options, page, from: null })).toEqual([]);
});

it('asks again for a page that failed, and holes are not left', async () => {
  const good = list(5, 2);
  let asked = 0;
  let pauses = 0;
  const page = (before: number) => (++asked % 2 === 1 ? Promise.reject(new Error('gone')) : good(before));
  const pause = async () => void pauses++;
  expect(await readBack({ ...options, page, pause, from: 6 })).toEqual([1, 2, 3, 4, 5]);
  expect(pauses).toBe(3);
});

it('stops when nobody waits for it any more', async () => {
  let asked = 0;
  const page = async (before: number) => ({ items: [before - 1], next: before - 1 });
  await readBack({ ...options, page, from: 1000, isWanted: () => asked < 2, onPage: () => void asked++ });
  expect(asked).toBe(2);
});
