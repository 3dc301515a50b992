import type { AlertRule } from '@telltale/observability/grafana/alerts/rule.ts';
import { alertQueries } from '@telltale/observability/grafana/queries-in.ts';
import { only, promql, type Sample } from '../stack/queries.ts';
import type { Stack } from '../stack/stack.ts';
import { ask } from './ask.ts';

/**
 * The series for which a rule's condition holds, as Grafana would find them: each query and expression in turn. How long
 * it must last before it is said is not waited for.
 */
export async function firing(stack: Stack, rule: AlertRule, at: number): Promise<Record<string, string>[]> {
  const values = new Map<string, Sample[]>();
  for (const { refId, model } of rule.data) {
    const { type, expression = '' } = model as { type?: string; expression?: string };
    if (type === 'reduce') values.set(refId, values.get(expression) ?? []);
    else if (type === 'math') values.set(refId, await reckoned(stack, expression, values));
    else values.set(refId, await asked(stack, rule, refId, at));
  }
  const holds = values.get('condition') ?? [];
  return holds.filter(({ value }) => value !== 0).map(({ labels }) => labels);
}

async function asked(stack: Stack, rule: AlertRule, refId: string, at: number): Promise<Sample[]> {
  const query = alertQueries(rule).find(({ place }) => place.endsWith(`, ${refId})`));
  if (!query) throw new Error(`${rule.title} has no query ${refId}`);
  return ask(stack, query, { fromMs: at - 600_000, toMs: at, intervalS: 60 });
}

/**
 * Grafana's arithmetic, by Prometheus: a comparison is 1 or 0, an operand without data gives no data, and one with many
 * series gives as many results.
 */
async function reckoned(stack: Stack, expression: string, values: Map<string, Sample[]>): Promise<Sample[]> {
  const names = [...new Set([...expression.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))];
  const operands = new Map(names.map((name) => [name, values.get(name) ?? []]));
  if ([...operands.values()].some((samples) => samples.length === 0)) return [];
  const [many] = [...operands].sort(([, one], [, other]) => other.length - one.length);
  const results: Sample[] = [];
  for (const sample of many?.[1] ?? []) {
    const numberOf = (name: string) => (name === many?.[0] ? sample.value : only(operands.get(name) ?? []));
    const text = expression
      .replaceAll(/\$(\w+)/g, (_, name: string) => String(numberOf(name)))
      .replaceAll('>', '> bool');
    results.push({ labels: sample.labels, value: only(await promql(stack.prometheus, `vector(${text})`)) });
  }
  return results;
}
