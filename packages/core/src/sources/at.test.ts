import { describe, expect, it } from 'vitest';
import { readAt } from './at.ts';

const receivedAt = '2026-11-21T09:00:00.000Z';

describe('readAt', () => {
  it.each([
    ['2026-11-21T08:59:59.123Z', '2026-11-21T08:59:59.123Z'],
    ['2026-11-21T09:59:59.123+01:00', '2026-11-21T08:59:59.123Z'],
    ['1795251599', '2026-11-21T08:59:59.000Z'],
    ['1795251599.123', '2026-11-21T08:59:59.123Z'],
    ['1795251599123', '2026-11-21T08:59:59.123Z'],
    ['1795251599123456', '2026-11-21T08:59:59.123Z'],
    ['1795251599123456789', '2026-11-21T08:59:59.123Z'],
    [1795251599123, '2026-11-21T08:59:59.123Z'],
  ])('reads %s', (told, at) => {
    expect(readAt(told, receivedAt)).toBe(at);
  });

  it.each([undefined, '', 'yesterday', '0', '-5', Number.NaN, 1e30, '1795251599N', '2026-11-21T09:06:00Z'])(
    'takes the time of arrival for %s',
    (told) => {
      expect(readAt(told, receivedAt)).toBe(receivedAt);
    },
  );
});
