import { type LastRequest, moneyWords, type Session } from '@telltale/core';

/** The price of coming back: how long the cache is warm yet, and what going on costs once it is cold. `isBrief`: for a card. */
export function cacheWords(
  { cacheExpiresAt, coldUsd }: LastRequest,
  now: number,
  { isBrief = false }: { isBrief?: boolean } = {},
): string | undefined {
  if (cacheExpiresAt === undefined) return undefined;
  const leftS = Math.ceil((Date.parse(cacheExpiresAt) - now) / 1000);
  const price = coldUsd === undefined ? '' : ` +${moneyWords(coldUsd)}`;
  if (leftS <= 0) return `cache cold${price && ` ·${price} to continue`}`;
  const clock = `${Math.floor(leftS / 60)}:${String(leftS % 60).padStart(2, '0')}`;
  return `cache warm ${clock}${price && ` · then${price}${isBrief ? '' : ' to continue'}`}`;
}

/** Who works keeps the cache warm; who has ended does not come back. */
export function mayComeBack({ state }: Session): boolean {
  return state === 'idle' || state === 'waiting-permission' || state === 'waiting-input';
}
