import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedImages } from '../compose/file.ts';
import { root } from '../service.ts';

interface Manifest {
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}
interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  optional?: boolean;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const main = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Manifest & Locked> };
const folders = ['', ...(main.workspaces ?? [])];
const installed = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

/** What a package of this repository asks for, but for its own neighbours. */
function wishesOf({ dependencies, devDependencies, optionalDependencies }: Manifest): Record<string, string> {
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('@telltale/')));
}

describe('what is installed', () => {
  it.each(folders)('of package %j is asked for as the lockfile says, each in one version', (folder) => {
    const manifest = JSON.parse(read(join(folder, 'package.json'))) as Manifest;
    const wishes = wishesOf(manifest);
    expect(wishesOf(lock.packages[folder] ?? {})).toEqual(wishes);
    for (const [name, wish] of Object.entries(wishes)) {
      expect(wish, name).toMatch(/^[~^]?\d+\.\d+\.\d+$/);
      const places = [`${folder}/node_modules/${name}`, `node_modules/${name}`];
      const locked = places.map((place) => lock.packages[place]).find((one) => one !== undefined);
      expect(locked?.version, name).toMatch(/^\d+\.\d+\.\d+/);
    }
  });

  it('is known by its content: each package has a strong hash and no address', () => {
    expect(installed.length).toBeGreaterThan(200);
    const weak = installed.filter(([, { integrity, version }]) => !/^sha512-/.test(integrity ?? '') || !version);
    expect(weak.map(([path]) => path)).toEqual([]);
    expect(installed.flatMap(([, { resolved }]) => resolved ?? [])).toEqual([]);
    expect(read('package-lock.json')).not.toMatch(
      /https?:\/\/(?!opencollective|github|tidelift|www\.|feross|paulmillr|ko-fi|buymeacoffee|patreon|polar)[\w.-]*(registry|npm|artifact)/i,
    );
  });

  it('runs scripts of its own only where they are named', () => {
    const running = installed.filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional);
    const names = new Set(
      running.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
    );
    expect([...names].sort()).toEqual(Object.keys(main.allowScripts ?? {}).sort());
    for (const folder of folders) {
      const { scripts = {} } = JSON.parse(read(join(folder, 'package.json'))) as Manifest;
      expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
    }
  });

  it('comes as images, tools and modules in exact versions', () => {
    expect(namedImages().length).toBeGreaterThan(3);
    for (const image of namedImages()) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
    const others = tracked(['*Dockerfile*', '*docker-compose*.yml', '*compose*.yaml']).map(read).join('\n');
    expect(others).not.toMatch(/:latest\b/);
    const modules = [...read('observability/collector/ocb.yaml').matchAll(/gomod: (\S+) (\S+)/g)];
    expect(modules.length).toBeGreaterThan(5);
    for (const [, name, version] of modules) expect(version, name).toMatch(/^v\d+\.\d+\.\d+$/);
  });
});

function tracked(patterns: readonly string[]): string[] {
  return execFileSync('git', ['ls-files', '--', ...patterns], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}
