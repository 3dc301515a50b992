/** Languages that can be coloured. */
const languageNames = [
  'bash',
  'c',
  'csharp',
  'css',
  'diff',
  'docker',
  'go',
  'graphql',
  'hcl',
  'html',
  'java',
  'javascript',
  'json',
  'jsx',
  'kotlin',
  'markdown',
  'php',
  'python',
  'ruby',
  'rust',
  'sql',
  'swift',
  'toml',
  'tsx',
  'typescript',
  'vue',
  'xml',
  'yaml',
] as const;

export type LanguageName = (typeof languageNames)[number];

const known: ReadonlySet<string> = new Set(languageNames);

/** What a fence calls it (`ts`, `sh`), or a file's ending. */
export function languageNamed(name: string): LanguageName | undefined {
  const key = name.toLowerCase();
  if (known.has(key)) return key as LanguageName;
  return Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
}

export function languageOf(path: string): LanguageName | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:Dockerfile|Containerfile)\b/.test(file)) return 'docker';
  const dot = file.lastIndexOf('.');
  return dot < 0 ? undefined : languageNamed(file.slice(dot + 1));
}

const otherNames: Readonly<Record<string, LanguageName>> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  console: 'bash',
  h: 'c',
  cc: 'c',
  cpp: 'c',
  hpp: 'c',
  cs: 'csharp',
  scss: 'css',
  less: 'css',
  patch: 'diff',
  dockerfile: 'docker',
  gql: 'graphql',
  tf: 'hcl',
  htm: 'html',
  svg: 'xml',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsonc: 'json',
  jsonl: 'json',
  ndjson: 'json',
  ipynb: 'json',
  kt: 'kotlin',
  md: 'markdown',
  mdx: 'markdown',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  yml: 'yaml',
};
