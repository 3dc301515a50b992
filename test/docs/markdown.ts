import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { root } from '../service.ts';

/** A Markdown file of the project, taken apart as far as its promises go. */
export interface Page {
  /** From the root of the project. */
  path: string;
  text: string;
  /** Where its relative links and pictures lead. */
  links: { to: string; anchor?: string }[];
  /** What other pages may point at. */
  anchors: Set<string>;
  /** What stands in code, line by line. */
  code: string[];
}

const foreign = new Set(['node_modules', 'dist', '.git', 'test-results']);

export function filesOf(folder: string, isWanted: (path: string) => boolean): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return foreign.has(entry.name) ? [] : filesOf(path, isWanted);
    return entry.isFile() && isWanted(path) ? [path] : [];
  });
}

export const pages: Page[] = filesOf('.', (path) => path.endsWith('.md')).map((path) =>
  pageOf(path, readFileSync(join(root, path), 'utf8')),
);

export function pageOf(path: string, text: string): Page {
  const fences = /^( *)```.*\n([\s\S]*?)^\1```/gm;
  const prose = text.replace(fences, '');
  const words = prose.replace(/`[^`\n]+`/g, (code) => code.replace(/[[\]()<>]/g, ' '));
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = [...text.matchAll(fences)].flatMap(([, , code = '']) => code.split('\n').map((line) => line.trim()));
  const told = [
    ...[...words.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, to = '']) => to),
    ...[...words.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, to = '']) => to),
  ];
  return {
    ...{ path, text, anchors: anchorsOf(prose), code: [...spans, ...lines] },
    links: told
      .filter((to) => !/^[a-z]+:/i.test(to))
      .map((to) => {
        const [file = '', anchor] = to.split('#');
        const target = file === '' ? path : relative('.', normalize(join(dirname(path), decodeURI(file))));
        return { to: target, ...(anchor !== undefined && { anchor }) };
      }),
  };
}

/** As GitHub makes them of headings: the second of the same words has -1 behind it. */
function anchorsOf(prose: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let name = slug;
    for (let nth = 1; anchors.has(name); nth += 1) name = `${slug}-${nth}`;
    anchors.add(name);
  }
  return anchors;
}
