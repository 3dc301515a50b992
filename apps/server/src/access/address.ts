import { isIPv6 } from 'node:net';

/** Where a request comes from: its connection, or who stands before a proxy on this machine. */
export function addressOf(remote: string | undefined, forwardedFor: string | undefined): string {
  const address = plain(remote ?? 'unknown');
  // Only what the proxy itself appended is its word; what stands before it was said by the client.
  const told = isLoopbackAddress(address) ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  return told ? plain(told).slice(0, 60) : address;
}

/** What one machine can choose its addresses from: of IPv6, the first half. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after ? after.split(':') : [];
  const gap = after === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return `${[...head, ...gap, ...tail].slice(0, 4).join(':')}::/64`;
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
