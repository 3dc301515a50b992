import { BlockList, isIP, isIPv6 } from 'node:net';

/** Whether an address is that of a proxy whose word counts. */
export type IsProxy = (address: string) => boolean;

/** Where a request comes from: its connection, or who stands before a proxy that is trusted. */
export function addressOf(
  remote: string | undefined,
  forwardedFor: string | undefined,
  isProxy: IsProxy = isLoopbackAddress,
): string {
  const address = plain(remote ?? 'unknown');
  // Only what the proxy itself appended is its word; what stands before it was said by the client.
  const told = forwardedFor !== undefined && isProxy(address) ? forwardedFor.split(',').at(-1)?.trim() : undefined;
  return told ? plain(told).slice(0, 60) : address;
}

/** Proxies on this machine, and at these addresses and networks (`10.0.0.7`, `172.16.0.0/12`). Undefined: one is neither. */
export function proxiesAt(networks: readonly string[]): IsProxy | undefined {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits, ...more] = network.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || more.length > 0 || !(prefix <= most)) return undefined;
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const [bare = ''] = address.split('%'); // the interface of a link-local one
    const version = isIP(bare);
    return isLoopbackAddress(address) || (version > 0 && list.check(bare, version === 6 ? 'ipv6' : 'ipv4'));
  };
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
