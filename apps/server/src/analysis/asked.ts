import type { PriceWay } from '@telltale/core/analysis';

/** What is asked, as a definition needs it. Times are ms. */
export interface Asked {
  from: number;
  /** Not included. */
  to: number;
  by: string;
  model?: string;
  prices: PriceWay;
  timeZone: string;
  /** Of these sessions only. */
  only: ReadonlySet<number> | undefined;
}
