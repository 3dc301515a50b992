import { parser as logql } from '@grafana/lezer-logql';
import { parser as promql } from '@prometheus-io/lezer-promql';

const parsers = { prometheus: promql, loki: logql };

/** What the language's own grammar does not understand of a query, each with a little of its surroundings. */
export function syntaxErrors(language: keyof typeof parsers, text: string): string[] {
  const errors: string[] = [];
  parsers[language].parse(text).iterate({
    enter(node) {
      if (node.type.isError) errors.push(text.slice(Math.max(0, node.from - 30), node.to + 30));
    },
  });
  return errors;
}
