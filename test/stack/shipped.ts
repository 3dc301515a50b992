import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../service.ts';

/**
 * A file of observability/ as it is shipped, with other hosts, ports and paths. Each text to replace must be there:
 * a test on a configuration that silently kept its own would prove nothing.
 */
export function shipped(file: string, replacements: Record<string, string>): string {
  const texts = Object.keys(replacements).sort((a, b) => b.length - a.length);
  const original = readFileSync(join(root, 'observability', file), 'utf8');
  const missing = texts.filter((text) => !original.includes(text));
  if (missing.length > 0) throw new Error(`observability/${file} does not hold ${JSON.stringify(missing)}`);
  const any = new RegExp(texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'), 'g');
  // In one go: what was put in is not replaced again.
  return texts.length === 0 ? original : original.replace(any, (text) => replacements[text] ?? text);
}
