import * as expr from '@grafana/grafana-foundation-sdk/expr';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';

/** One value per series, at the end of the range. */
export function now(text: string, legend = '') {
  return named(new prometheus.DataqueryBuilder().expr(text).instant(), legend);
}

/** The same as rows of a table. */
export function nowRows(text: string, refId = 'A') {
  return now(text).format(prometheus.PromQueryFormat.Table).refId(refId);
}

/** One value per series and interval. */
export function over(text: string, legend = '') {
  return named(new prometheus.DataqueryBuilder().expr(text).range(), legend);
}

/** The same as rows of a table. */
export function overRows(text: string) {
  return over(text).format(prometheus.PromQueryFormat.Table).refId('A');
}

/** One value per series, from events. */
export function eventsNow(text: string, legend = '') {
  return lokiQuery(text, legend).queryType('instant').instant(true);
}

/** The same as rows of a table: Loki's answer to an instant query is one already. */
export function eventsRows(text: string, refId = 'A') {
  return eventsNow(text).refId(refId);
}

/** One value per series and interval, from events. */
export function eventsOver(text: string, legend = '') {
  return lokiQuery(text, legend).queryType('range').range(true);
}

/** The events themselves. */
export function eventLines(text: string, maxLines = 500) {
  return lokiQuery(text, '').queryType('range').range(true).maxLines(maxLines);
}

/** A sum with what other queries of the panel gave. */
export function math(expression: string, refId: string) {
  return new expr.TypeMathBuilder()
    .datasource({ type: '__expr__', uid: '__expr__' })
    .expression(expression)
    .refId(refId);
}

/** The last value of each series of another query: a condition takes numbers only. */
export function last(of: string, refId: string) {
  return new expr.TypeReduceBuilder()
    .datasource({ type: '__expr__', uid: '__expr__' })
    .expression(of)
    .reducer('last')
    .refId(refId);
}

function named(query: prometheus.DataqueryBuilder, legend: string) {
  query.datasource({ type: 'prometheus', uid: 'prometheus' });
  return legend ? query.legendFormat(legend) : query;
}

function lokiQuery(text: string, legend: string) {
  const query = new loki.DataqueryBuilder().expr(text).datasource({ type: 'loki', uid: 'loki' });
  return legend ? query.legendFormat(legend) : query;
}
