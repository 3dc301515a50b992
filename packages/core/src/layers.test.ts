import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

interface Layer {
  folder: string;
  /** Packages and modules of Node; what lies in the folder itself may always be imported. */
  allowed: readonly RegExp[];
  /** Wins over `allowed`. */
  refused?: readonly RegExp[];
}

/** What each layer may import; a name that no rule allows is a broken layer. */
const layers: readonly Layer[] = [
  { folder: 'packages/core/src', allowed: [/^zod$/] },
  {
    folder: 'apps/server/src',
    allowed: [
      /^node:/,
      /^@telltale\/core/,
      /^(hono|@hono|@aws-sdk\/client-s3|better-sqlite3|markdown-it|nodemailer|protobufjs|ws|zod)\b/,
    ],
  },
  {
    folder: 'apps/client/src',
    allowed: [/^[^.]/],
    refused: [/^node:/, /^@telltale\/(server|hooks|test)/, /^(hono|@hono|better-sqlite3|ws)\b/],
  },
  {
    folder: 'apps/cli/src',
    allowed: [/^node:/, /^@telltale\/(core|hooks)/, /^(@commander-js\/extra-typings|better-sqlite3|uqr|ws|zod)\b/],
  },
  { folder: 'hooks', allowed: [/^node:/] },
  {
    folder: 'observability',
    allowed: [
      /^node:/,
      /^@telltale\/core/,
      /^(@grafana\/(grafana-foundation-sdk|lezer-logql)|@prometheus-io\/lezer-promql)\b/,
    ],
  },
];

for (const layer of layers) {
  it(`${layer.folder} imports only what its layer may`, () => {
    const imports = sourcesOf(layer.folder).flatMap((file) =>
      importsOf(scriptOf(file)).map((name) => ({ file: relative(root, file), name })),
    );
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.filter(({ file, name }) => !isAllowed(layer, file, name))).toEqual([]);
  });
}

it('refuses what lies outside of a layer, however it is named', () => {
  const [core] = layers;
  const judge = (name: string) => core !== undefined && isAllowed(core, 'packages/core/src/session/fold.ts', name);
  expect(['../event.ts', './view.ts', 'zod'].filter(judge)).toEqual(['../event.ts', './view.ts', 'zod']);
  expect(['../../../../apps/server/src/config.ts', '../../fixtures/otlp.ts', 'node:fs', 'vue'].filter(judge)).toEqual(
    [],
  );
});

it('finds every kind of import, and none in a text, a comment or a template', () => {
  const source = `
    import a from 'a'; import type { B } from "b"; import 'c'; export * from 'd'; export { e } from 'e';
    const later = await import('f');
    // import x from 'comment'
    const text = 'imports , "text"', template = \`import y from 'template'\`;`;
  expect(importsOf(source)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('core compiles without the types of Node and without the DOM', () => {
  const config = JSON.parse(readFileSync(join(root, 'packages/core/tsconfig.json'), 'utf8'));
  const base = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'));
  expect(config.compilerOptions.types).toEqual([]);
  expect(base.compilerOptions.lib).toEqual(['ES2023']);
});

function isAllowed({ folder, allowed, refused = [] }: Layer, file: string, name: string): boolean {
  if (name.startsWith('.')) return !relative(folder, join(dirname(file), name)).startsWith('..');
  return allowed.some((rule) => rule.test(name)) && !refused.some((rule) => rule.test(name));
}

/** Tests and what only they need stand outside of the layers. */
function sourcesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|vue)$/.test(name) && !/\.test\.ts$|(^|\/)(test|node_modules)\//.test(name))
    .map((name) => join(root, folder, name));
}

/** What a file runs: of a Vue component its scripts, its template imports nothing. */
function scriptOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.vue')) return text;
  return [...text.matchAll(/^<script\b[^>]*>([\s\S]*?)^<\/script>/gm)].map((match) => match[1]).join('\n');
}

/** Names of the modules that a script imports, as TypeScript reads it. */
function importsOf(script: string): string[] {
  return ts.preProcessFile(script, true, true).importedFiles.map(({ fileName }) => fileName);
}
