import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { thresholds } from '@telltale/core/thresholds';
import { describe, expect, it } from 'vitest';
import { root } from '../service.ts';
import {
  baseImages,
  composeFile,
  composeText,
  envFile,
  namedImages,
  remoteText,
  requiredIn,
  variablesIn,
} from './file.ts';

const services = Object.entries(composeFile.services);
const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** `source:target[:ro]` with the default of a variable filled in. */
const mountsOf = (volumes: string[] = []) =>
  volumes.map((line) => {
    const [source = '', target = '', mode] = line.replace(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
    return { source, target, mode };
  });

it('starts what the stack consists of, and more only by profile', () => {
  const started = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
  expect(started.sort()).toEqual(
    ['grafana', 'grafana-password', 'loki', 'otel-collector', 'prometheus', 'telltale'].sort(),
  );
  expect(composeFile.services.tempo?.profiles).toEqual(['tracing']);
  expect(composeFile.services['otlp-gateway']?.profiles).toEqual(['gateway']);
});

describe.each(services)('%s', (_name, service) => {
  it('has an image with an exact version', () => {
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+(-[\w.]+)?(@sha256:[0-9a-f]{64})?$/);
  });

  it('is reached from this machine only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+_PORT:-\d+\}:\d+$/);
    expect(service.network_mode ?? 'none').toBe('none'); // never the host's
  });

  it('tells whether it is healthy, unless it only runs once', () => {
    if (service.restart === 'no') return expect(service.healthcheck).toEqual({ disable: true });
    expect(service.healthcheck).toEqual(
      expect.objectContaining({
        test: expect.arrayContaining([expect.stringMatching(/^CMD/)]),
        interval: expect.stringMatching(/^\d+s$/),
        timeout: expect.stringMatching(/^\d+s$/),
        retries: expect.any(Number),
      }),
    );
    expect(service.restart).toBe('unless-stopped');
  });

  it('may take only so much memory, processor, processes and disk for its log', () => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.cpus).toBeGreaterThan(0);
    expect(service.cpus).toBeLessThanOrEqual(1); // Docker refuses more than the machine has
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.logging).toEqual({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } });
  });

  it('keeps to its volumes and gains no right', () => {
    expect(service.read_only).toBe(true);
    expect(service.privileged ?? false).toBe(false);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.user ?? '').not.toMatch(/^(0|root)\b/);
  });

  it('mounts folders of this repository that are there, read only, and volumes that are declared', () => {
    for (const { source, target, mode } of mountsOf(service.volumes)) {
      expect(target).toMatch(/^\//);
      if (source.startsWith('.')) {
        expect(statSync(join(root, source)).isDirectory(), `${source} is a folder`).toBe(true);
        expect(mode, `${source} is mounted read only`).toBe('ro');
      } else {
        expect(composeFile.volumes, `the volume ${source}`).toHaveProperty([source]);
      }
    }
  });

  it('finds each file that its command and its variables name', () => {
    const mounts = mountsOf(service.volumes);
    const text = [...(service.command ?? []), ...Object.values(service.environment ?? {})]
      .join('\n')
      .replace(/\$\{\w+:-([^}]*)\}/g, '$1');
    for (const [path] of text.matchAll(/\/etc\/[\w./-]+\.(ya?ml|json)|\/etc\/caddy\/\w+/g)) {
      const mount = mounts.find(({ target }) => path.startsWith(`${target}/`));
      expect(existsSync(join(root, `${mount?.source}${path.slice(mount?.target.length)}`)), path).toBe(true);
    }
  });
});

it('declares no volume that nobody mounts', () => {
  const mounted = services.flatMap(([, { volumes }]) => mountsOf(volumes).map(({ source }) => source));
  expect(Object.keys(composeFile.volumes).filter((name) => !mounted.includes(name))).toEqual([]);
});

it('builds on images with an exact version', () => {
  for (const image of namedImages()) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
  expect(namedImages().filter((image) => image.startsWith('node:'))).toHaveLength(2);
});

it('builds each of its own images once, because Compose builds all at a time, and asks no registry for them', () => {
  const built = services.flatMap(([, { build, image }]) => (build === undefined ? [] : [image]));
  expect(built.sort()).toEqual([...new Set(built)]);
  const own = services.filter(([, { image }]) => built.includes(image));
  expect(own.map(([name]) => name).sort()).toEqual(['grafana-password', 'otel-collector', 'telltale']);
  for (const [name, { pull_policy }] of own) expect(pull_policy, name).toBe('never');
});

it('gives each of its ports to one service only', () => {
  const ports = services.flatMap(([, { ports: own = [] }]) => own.map((port) => /:-(\d+)\}/.exec(port)?.[1]));
  expect(new Set(ports).size).toBe(ports.length);
});

it('lets the collector start without any back end', () => {
  expect(composeFile.services['otel-collector']?.depends_on).toBeUndefined();
});

it('opens the service to its published port only, and leaves 4317 and 4318 to the collector', () => {
  expect(composeFile.services.telltale?.environment).toMatchObject({
    TELLTALE_HOST: '0.0.0.0',
    TELLTALE_PUBLISHED_ON: '127.0.0.1',
    TELLTALE_OTLP_PORT: 'off',
  });
  for (const [name, { environment = {} }] of services)
    if (name !== 'telltale') expect(environment).not.toHaveProperty('TELLTALE_PUBLISHED_ON');
});

it('shows Grafana without a login to viewers only, and keeps the password of its admin in no file here', () => {
  const grafana = composeFile.services.grafana?.environment ?? {};
  expect(grafana.GF_AUTH_ANONYMOUS_ORG_ROLE).toBe('Viewer');
  expect(grafana).not.toHaveProperty('GF_SECURITY_ADMIN_PASSWORD');
  const folder = mountsOf(composeFile.services.grafana?.volumes).find(({ source }) => source === 'grafana-password');
  expect(grafana.GF_SECURITY_ADMIN_PASSWORD__FILE).toBe(`${folder?.target}/admin`);
  expect(folder?.mode).toBe('ro');
});

it('lets Grafana fetch nothing, because an update would first remove a data source and then fail on the read-only root', () => {
  expect(composeFile.services.grafana?.environment).toMatchObject({
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
  });
});

describe('.env.example', () => {
  const example = envFile(read('.env.example'));
  const ofCompose = ['COMPOSE_PROFILES'];

  it('names every variable of the compose files with the same default, and no other', () => {
    const named = [...example].filter(([name]) => !ofCompose.includes(name));
    const required = requiredIn(remoteText).map((name) => [name, ''] as const);
    expect(Object.fromEntries(named)).toEqual(
      Object.fromEntries([...variablesIn(composeText), ...variablesIn(remoteText), ...required]),
    );
  });

  it('moves the links along with a port that somebody changes in a copy of it', () => {
    const changed = envFile(
      read('.env.example').replace(/^(TELLTALE|GRAFANA)_PORT=(\d)/gm, (_, name: string) => `${name}_PORT=1`),
    );
    for (const name of ['TELLTALE', 'GRAFANA'])
      expect(changed.get(`${name}_PUBLIC_URL`)).toBe(`http://localhost:${changed.get(`${name}_PORT`)}`);
    expect(changed.get('TELLTALE_PORT')).toBe('1000');
  });

  it('says in one line what each is for', () => {
    const lines = read('.env.example').split('\n');
    for (const name of example.keys()) {
      const before = lines[lines.findIndex((line) => line.startsWith(`${name}=`)) - 1] ?? '';
      expect(before, `the line above ${name}`).toMatch(/^# (?!---).{5,}/);
    }
  });

  it('has a variable for each alert, which the service is given', () => {
    for (const { variable, meaning } of Object.values(thresholds)) {
      expect(read('.env.example')).toContain(`# ${meaning}\n${variable}=\n`);
      expect(composeFile.services.telltale?.environment?.[variable]).toBe(`\${${variable}:-}`);
    }
  });
});

it('leaves no variable without a default, because nobody has to write a file first', () => {
  const withoutComments = composeText.replace(/(^|\s)#.*$/gm, '');
  expect(withoutComments.match(/\$\{\w+\}|\$\{\w+:?\?|\$[A-Za-z_]\w*/g)).toBeNull();
});

it('tells Telltale where Grafana is, at the address that Grafana takes for its own', () => {
  const { telltale, grafana } = composeFile.services;
  expect(telltale?.environment?.GRAFANA_PUBLIC_URL).toMatch(/^\$\{GRAFANA_PUBLIC_URL:-http:/);
  expect(grafana?.environment?.GF_SERVER_ROOT_URL).toBe(telltale?.environment?.GRAFANA_PUBLIC_URL);
});

it('gives Grafana every variable that its provisioning asks for', () => {
  const folder = join(root, 'observability', 'grafana', 'provisioning');
  const asked = new Set<string>();
  for (const file of filesOf(folder))
    for (const [, name = ''] of readFileSync(file, 'utf8')
      .replace(/^\s*#.*$/gm, '')
      .matchAll(/(?<!\$)\$\{?([A-Z][A-Z_]+)\}?/g))
      asked.add(name);
  const given = composeFile.services.grafana?.environment ?? {};
  expect([...asked].filter((name) => !(name in given))).toEqual([]);
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('runs as a user without rights, and says how to ask for its health', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", "scripts\/healthy\.mjs"\]$/m);
  });

  it('has the version of the service as its tag', () => {
    const { version } = JSON.parse(read('apps/server/package.json')) as { version: string };
    expect(composeFile.services.telltale?.image).toBe(`telltale:${version}`);
  });

  it('has the version of the collector that it adds to as its tag', () => {
    const base = baseImages(read('observability/collector/Dockerfile')).find((image) => image.startsWith('otel/'));
    expect(composeFile.services['otel-collector']?.image?.split(':')[1]).toBe(base?.split(':')[1]);
  });

  it('is given the manifest of every workspace, without which npm would not know them', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const ignored = read('.dockerignore').split('\n');
    for (const workspace of workspaces) {
      const isWhole = ignored.includes(`!${workspace.split('/')[0]}`) && !ignored.includes(`${workspace}/*`);
      expect(isWhole || ignored.includes(`!${workspace}/package.json`), workspace).toBe(true);
    }
  });
});

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
