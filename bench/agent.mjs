import { laboratory } from './laboratory.mjs';
import { median } from './percentiles.mjs';

/** What our hooks cost the agent: a session of the real client with 40 calls, beside hooks that only run `cat`. */
export async function agent({ rounds, print }) {
  const walls = await laboratory('agent-run.ts', [String(Math.max(rounds, 3))], print);
  if (walls === undefined) return [{ what: 'agent', value: 'not run', goal: '', met: undefined, detail: 'no client' }];
  const base = median(walls.cat);
  return [
    ['up', 'the service up'],
    ['down', 'the service down'],
    ['hanging', 'the service hanging'],
  ].map(([name, words]) => {
    const ratio = median(walls[name]) / base;
    return {
      what: `40-call session of the real client, ${words} ÷ hooks of only cat`,
      value: ratio.toFixed(2),
      goal: '≤ 1.3',
      met: ratio <= 1.3,
      detail: `${(median(walls[name]) / 1000).toFixed(2)} s ÷ ${(base / 1000).toFixed(2)} s, ${walls[name].length} rounds`,
    };
  });
}
