import { wholeRange } from './identity.ts';

/**
 * From which steps panels put days together, as the service tells it for its time zone: midnight there is one of them.
 * A quarter of an hour fits every zone; it stands in where the service was not heard of.
 */
export const stepOfDay = `topk(1, count_over_time(telltale_info{day_step!=""}[${wholeRange}])) or on () label_replace(vector(1), "day_step", "15m", "", "")`;
