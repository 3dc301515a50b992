import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../service.ts';
import { filesOf, pageOf, pages } from './markdown.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Manifest {
  name: string;
  workspaces?: string[];
  scripts?: Record<string, string>;
}
const manifestOf = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Manifest;
const folders = ['.', ...(manifestOf('.').workspaces ?? [])];
const manifests = new Map(
  folders.flatMap((folder) => {
    const manifest = manifestOf(folder);
    return [
      [folder, manifest],
      [manifest.name, manifest],
    ] as const;
  }),
);
const commands = [...read('apps/cli/src/commands.ts').matchAll(/^ {2}(\w+): \w+Command,$/gm)].map(([, name]) => name);

/** What a page points at and is not there. */
function deadEnds({ path, links }: ReturnType<typeof pageOf>): string[] {
  return links.flatMap(({ to, anchor }) => {
    if (!existsSync(join(root, to))) return [`${path} → ${to}`];
    const target = pages.find((page) => page.path === to);
    const isThere = anchor === undefined || target === undefined || target.anchors.has(anchor);
    return isThere ? [] : [`${path} → ${to}#${anchor}`];
  });
}

/** Commands of npm and of `telltale` that a page names and nobody can run. */
function deadCommands({ path, code }: ReturnType<typeof pageOf>): string[] {
  return code.flatMap((line) => {
    const bad: string[] = [];
    for (const [said, script = '', rest = ''] of line.matchAll(/\bnpm (?:run (?:-s )?)?([\w:-]+)([^|&;]*)/g)) {
      const isScript = said.startsWith('npm run') || ['start', 'test'].includes(script);
      const folder = / -w (\S+)/.exec(rest)?.[1] ?? '.';
      if (isScript && !(script in (manifests.get(folder)?.scripts ?? {}))) bad.push(`${path}: ${said.trim()}`);
    }
    for (const [said, name = ''] of line.matchAll(/(?:^|\bnpx |[|&;] )telltale ([a-z][\w-]*)/g))
      if (!commands.includes(name)) bad.push(`${path}: ${said}`);
    return bad;
  });
}

const variable = /\bTELLTALE_[A-Z0-9_]*[A-Z0-9]\b(?!_|…)/g;
const configuration = read('docs/configuration.md');
const sources = ['apps', 'packages', 'hooks', 'scripts', 'bench', 'test', 'observability'].flatMap((folder) =>
  filesOf(folder, (path) => /\.(ts|mjs|sh|vue|ya?ml)$/.test(path) && !/\.test\.(ts|mjs)$/.test(path)),
);
const named = new Set(
  [...sources, 'docker-compose.yml', '.env.example', 'Dockerfile'].flatMap((path) => read(path).match(variable) ?? []),
);

describe('every page of the documentation', () => {
  it('links to files and headings that are there', () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.flatMap(deadEnds)).toEqual([]);
  });

  it('names commands that can be run', () => {
    expect(pages.flatMap(deadCommands)).toEqual([]);
  });

  it('names files that are there', () => {
    const gone = pages.flatMap(({ path, code }) =>
      code
        .filter((one) => /^(apps|bench|docs|hooks|observability|packages|scripts|test)\/[\w./-]+$/.test(one))
        .filter((one) => ![root, join(root, dirname(path))].some((folder) => existsSync(join(folder, one))))
        .map((one) => `${path}: ${one}`),
    );
    expect(gone).toEqual([]);
  });

  it('names variables that the code knows', () => {
    const unknown = pages.flatMap(({ path, text }) =>
      (text.match(variable) ?? []).filter((name) => !named.has(name)).map((name) => `${path}: ${name}`),
    );
    expect(unknown).toEqual([]);
  });
});

it('has every variable of the code in docs/configuration.md', () => {
  expect([...named].filter((name) => !new RegExp(`\`${name}\``).test(configuration))).toEqual([]);
});

it('has every variable of the compose file in docs/configuration.md, with its default where it is the stack’s own', () => {
  const [, stack = ''] = configuration.split('## The stack');
  for (const [, name = '', value = ''] of read('.env.example').matchAll(/^(\w+)=(.*)$/gm)) {
    expect(configuration, name).toContain(`| \`${name}\` |`);
    const [, told] = new RegExp(`^\\| \`${name}\` \\| (.*?)\\|`, 'm').exec(stack) ?? [];
    if (told !== undefined) expect(told.trim(), name).toBe(value && `\`${value}\``);
  }
});

it('finds what leads nowhere', () => {
  const words = '[a](cli.md#setup) [b](gone.md) [c](#tail) [d](#two) `[e](no-link.md)`';
  const page = pageOf(
    'docs/cli.md',
    `# One
${words}
\`\`\`sh
npm run fly
\`\`\`
`,
  );
  expect(deadEnds(page)).toEqual(['docs/cli.md → docs/gone.md', 'docs/cli.md → docs/cli.md#two']);
  expect(deadCommands(page)).toEqual(['docs/cli.md: npm run fly']);
  expect(deadCommands(pageOf('a.md', '`npx telltale fly` `telltale setup` `npm run latency -w hooks`'))).toEqual([
    'a.md: npx telltale fly',
  ]);
});
