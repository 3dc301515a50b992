import { describe, expect, it } from 'vitest';
import { addressOf, networkOf, proxiesAt } from './address.ts';
import { createRateLimit } from './rate-limit.ts';

describe('the rate limit', () => {
  it('lets a burst through, then so many a second, and says when to come again', () => {
    let now = 0;
    const limit = createRateLimit({ burst: 3, perSecond: 0.5 }, () => now);
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 2]);
    now = 2000;
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 2]);
    now = 1_000_000;
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 2]);
  });

  it('counts each key alone, and what weighs more as more', () => {
    const limit = createRateLimit({ burst: 10, perSecond: 1 }, () => 0);
    expect([limit.take('a', 8), limit.take('a', 8), limit.take('b', 8), limit.take('a', 2)]).toEqual([0, 6, 0, 0]);
  });

  it('remembers so many keys, and forgets who was not heard of for longest', () => {
    const limit = createRateLimit({ burst: 1, perSecond: 0.001 }, () => 0);
    limit.take('first');
    for (let key = 0; key < 9_999; key++) limit.take(`${key}`);
    expect(limit.take('first')).toBeGreaterThan(0);
    for (let key = 0; key < 10_000; key++) limit.take(`other ${key}`);
    expect(limit.take('first')).toBe(0);
  });
});

it.each([
  ['10.0.0.7', undefined, '10.0.0.7'],
  ['::ffff:10.0.0.7', undefined, '10.0.0.7'],
  ['10.0.0.7', '1.2.3.4', '10.0.0.7'],
  ['127.0.0.1', '9.9.9.9, 1.2.3.4', '1.2.3.4'],
  ['::1', '::ffff:1.2.3.4', '1.2.3.4'],
  ['127.0.0.1', '', '127.0.0.1'],
  [undefined, undefined, 'unknown'],
])('takes %s, forwarded for %s, for %s', (remote, forwarded, address) =>
  expect(addressOf(remote, forwarded)).toBe(address),
);

it.each([
  ['172.18.0.5', '203.0.113.9', '203.0.113.9'],
  ['::ffff:172.18.0.5', '9.9.9.9, 203.0.113.9', '203.0.113.9'],
  ['fd12::5%eth0', '203.0.113.9', '203.0.113.9'],
  ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['172.32.0.5', '203.0.113.9', '172.32.0.5'],
  ['unknown', '203.0.113.9', 'unknown'],
])('with trusted networks, takes %s, forwarded for %s, for %s', (remote, forwarded, address) =>
  expect(addressOf(remote, forwarded, proxiesAt(['172.16.0.0/12', 'fc00::/7']))).toBe(address),
);

it.each(['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0'])('knows no proxy at %s', (one) =>
  expect(proxiesAt([one])).toBeUndefined(),
);

it.each([
  ['10.0.0.7', '10.0.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('counts %s as %s', (address, network) => expect(networkOf(address)).toBe(network));
