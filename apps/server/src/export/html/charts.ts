import { type Analysis, valueWords } from '@telltale/core/analysis';
import { escapeHtml } from './escape.ts';

const width = 880;
const height = 120;
const axis = 16;

/** The first measure over time, a bar for each bucket; each says its number when it is pointed at. */
export function barsSvg({ buckets = [], measures, rows, timeZone, question, bucket }: Analysis): string {
  const [measure] = measures;
  if (!measure || measure.unit === 'share' || buckets.length === 0) return '';
  const sums = buckets.map((_, at) => rows.reduce((sum, { series }) => sum + (series?.[measure.key]?.[at] ?? 0), 0));
  const most = Math.max(...sums);
  if (!(most > 0)) return '';
  const step = width / buckets.length;
  const bars = sums.map((sum, at) => {
    const tall = (Math.max(0, sum) / most) * (height - axis - 14);
    const words = `${labelOf(buckets[at] ?? '', timeZone, bucket)}: ${valueWords(measure, sum)}`;
    return `<rect class="bar" x="${short(at * step)}" y="${short(height - axis - tall)}" width="${short(Math.max(0.5, step - Math.min(2, step / 4)))}" height="${short(tall)}"><title>${escapeHtml(words)}</title></rect>`;
  });
  const [begin = '', end = ''] = [buckets[0], buckets.at(-1)];
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(question)}">
<text x="0" y="10">${escapeHtml(`${measure.label}, most ${valueWords(measure, most)} in one ${bucket ?? 'bucket'}`)}</text>
${bars.join('')}
<line class="axis" x1="0" x2="${width}" y1="${height - axis}" y2="${height - axis}"/>
<text x="0" y="${height - 3}">${escapeHtml(labelOf(begin, timeZone, bucket))}</text>
<text x="${width}" y="${height - 3}" text-anchor="end">${escapeHtml(labelOf(end, timeZone, bucket))}</text></svg>\n`;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A week of hours; by the square root, so that one busy night does not make the week look asleep. */
export function weekSvg({ measures, rows, question }: Analysis): string {
  const [measure] = measures;
  if (!measure || rows.length === 0) return '';
  const values = new Map(rows.map(({ key, values }) => [Number(key), values[measure.key] ?? 0]));
  const most = Math.max(1, ...values.values());
  const [left, cell] = [40, 34];
  const cells = Array.from({ length: 168 }, (_, hour) => {
    const value = values.get(hour) ?? 0;
    const [day, at] = [Math.floor(hour / 24), hour % 24];
    const heat = value === 0 ? 0.06 : 0.15 + 0.85 * Math.sqrt(value / most);
    const words = `${days[day]} ${at}:00: ${valueWords(measure, value)}`;
    return `<rect class="cell" x="${left + at * cell}" y="${16 + day * 20}" width="${cell - 2}" height="18" fill-opacity="${short(heat)}"><title>${escapeHtml(words)}</title></rect>`;
  });
  const names = days.map((day, at) => `<text x="0" y="${30 + at * 20}">${day}</text>`);
  const hours = [0, 6, 12, 18].map((at) => `<text x="${left + at * cell}" y="11">${at}:00</text>`);
  return `<svg viewBox="0 0 ${left + 24 * cell} 160" role="img" aria-label="${escapeHtml(question)}">${hours.join('')}${names.join('')}${cells.join('')}</svg>\n`;
}

function labelOf(at: string, timeZone: string, bucket: Analysis['bucket']): string {
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    ...(bucket === 'hour' && { timeStyle: 'short' }),
  });
  return shown.format(new Date(at));
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
