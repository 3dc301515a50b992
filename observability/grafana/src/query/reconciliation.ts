import { events, sumOf } from './events.ts';
import { wholeRange } from './identity.ts';
import { sumBy } from './total.ts';

/** The four token counts of an `api_request` event, by the name that the metric's label `type` gives each. */
const tokenFields = {
  input: 'input_tokens',
  output: 'output_tokens',
  cacheRead: 'cache_read_tokens',
  cacheCreation: 'cache_creation_tokens',
} as const;

export interface EventTotal {
  by?: readonly string[];
  where?: string;
  range?: string;
  offset?: string;
}

/** What the events say it cost: `cost_usd` is not rounded. */
export function costOfEvents(what: EventTotal = {}): string {
  return sumOf({ name: 'api_request', field: 'cost_usd', ...what });
}

/** How many tokens the events name, of all four kinds. */
export function tokensOfEvents({ by = [], where, range = wholeRange, offset }: EventTotal = {}): string {
  const window = `[${range}]${offset ? ` offset ${offset}` : ''}`;
  const pipeline = events({ name: 'api_request', ...(where ? { where } : {}) });
  const sum = Object.values(tokenFields)
    .map((field) => `(int .${field})`)
    .join(' ');
  const all = `${pipeline} | label_format tokens="{{ add ${sum} }}" | unwrap tokens | __error__=""`;
  return sumBy(by, `sum_over_time(${all} ${window})`);
}
