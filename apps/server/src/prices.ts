import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPrices, type Prices } from '@telltale/core';
import { parsePrices } from '@telltale/core/pricing/override';
import { type Config, ConfigError } from './config.ts';

/**
 * The built-in price table with prices of one's own in it: those that TELLTALE_PRICES names, else those of
 * `prices.json` in TELLTALE_HOME, where that file is. What cannot be read stops the start.
 */
export function readPrices({ home, prices }: Pick<Config, 'home' | 'prices'>): Prices {
  if (prices === undefined) {
    const usual = join(home, 'prices.json');
    const text = textOf(usual, { mayLack: true });
    return text === undefined ? createPrices() : parsed(usual, text);
  }
  if ('json' in prices) return parsed('TELLTALE_PRICES', prices.json);
  return parsed(`TELLTALE_PRICES ${prices.file}`, textOf(prices.file) ?? '');
}

function parsed(where: string, text: string): Prices {
  const rows = parsePrices(text);
  if ('rejected' in rows) throw new ConfigError(`${where} cannot be used: ${rows.rejected}`);
  return createPrices(rows);
}

function textOf(file: string, { mayLack = false } = {}): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (mayLack && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`the prices in ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
