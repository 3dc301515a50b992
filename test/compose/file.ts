import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CollectionTag, parse, YAMLSeq } from 'yaml';
import { root } from '../service.ts';

/** A list that takes the place of the one below it, instead of going behind it. */
const override: CollectionTag = { tag: '!override', collection: 'seq', nodeClass: YAMLSeq };

/** docker-compose.yml as it is written, anchors and merges resolved, variables not. */
export interface ComposeFile {
  name: string;
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

interface RemoteFile {
  services: Record<string, Omit<ComposeService, 'volumes'> & { volumes?: unknown[] }>;
}

interface ComposeService {
  image?: string;
  build?: string;
  pull_policy?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean; interval?: string; timeout?: string; retries?: number };
  read_only?: boolean;
  user?: string;
  restart?: string;
  network_mode?: string;
  privileged?: boolean;
  security_opt?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  mem_limit?: string;
  cpus?: number;
  pids_limit?: number;
  logging?: { driver: string; options: Record<string, string> };
  profiles?: string[];
}

export const composeText = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
export const composeFile = parse(composeText, { merge: true }) as ComposeFile;

/** What lies over it for a stack that others reach. */
export const remoteText = readFileSync(join(root, 'docker-compose.remote.yml'), 'utf8');
export const remoteFile = parse(remoteText, { merge: true, customTags: [override] }) as RemoteFile;

/** Names that must be set: `${NAME:?why}`. */
export function requiredIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name))];
}

/** Every image that the file and its Dockerfiles take from a registry. */
export function namedImages(): string[] {
  const services = Object.values(composeFile.services);
  const built = services.filter(({ build }) => build !== undefined).map(({ image }) => image);
  const taken = services.map(({ image = '' }) => image).filter((image) => !built.includes(image));
  const folders = new Set(services.flatMap(({ build }) => build ?? []));
  for (const folder of folders) taken.push(...baseImages(readFileSync(join(root, folder, 'Dockerfile'), 'utf8')));
  return [...new Set(taken)];
}

/** What a Dockerfile is built on, its ARGs filled in. */
export function baseImages(dockerfile: string): string[] {
  const values = Object.fromEntries(
    [...dockerfile.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const stages = new Set([...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name));
  return [...dockerfile.matchAll(/^FROM (\S+)/gm)]
    .map(([, image = '']) => image.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? ''))
    .filter((image) => !stages.has(image));
}

/** Name → default of each `${NAME:-default}` in a text; a default that names another variable has that one's filled in. */
export function variablesIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const inner = /\$\{(\w+):-([^${}]*)\}/g;
  for (let rest = text; ; ) {
    const next = rest.replace(inner, (_, name: string, value: string) => {
      const known = found.get(name);
      if (known !== undefined && known !== value) throw new Error(`${name} is "${known}" and "${value}" by default`);
      found.set(name, value);
      return value;
    });
    if (next === rest) return found;
    rest = next;
  }
}

/** The same of an env file, where a value may name a variable above it. */
export function envFile(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+)=(.*)$/gm))
    found.set(
      name,
      value.replace(/\$\{(\w+)\}/g, (_, other: string) => found.get(other) ?? ''),
    );
  return found;
}
