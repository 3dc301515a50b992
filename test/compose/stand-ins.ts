import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackBinaries } from '../stack/binaries.ts';
import { cached, run } from './cached.ts';
import { caddyBinary } from './caddy.ts';
import type { Engine } from './engine.ts';

/**
 * Images of the same names and versions for a machine that reaches no image registry: the same programs, built from Go
 * modules, npm and Debian packages. Only for an engine of our own, so that nobody else takes them for the real ones.
 * There is none for Grafana and Tempo, whose programs cannot be had this way.
 */
export async function makeStandIns(engine: Engine, images: string[]): Promise<string[]> {
  if (!engine.isOurs) throw new Error('stand-in images are made only in an engine of our own');
  const missing: string[] = [];
  // busybox first: others are built on it.
  for (const image of [...images].sort((one) => (one.startsWith('busybox:') ? -1 : 1))) {
    const [name = '', tag = ''] = image.split(':');
    const recipe = recipes[name];
    if (!recipe) missing.push(image);
    else await build(engine, image, await recipe(tag, engine));
  }
  return missing;
}

/** Files of the build's context and the Dockerfile in it. */
interface Context {
  dockerfile: string;
  /** Name in the context → path of a file or folder here. */
  files: Record<string, string>;
}

const busybox = 'busybox:1.37.0-musl';
const owned = (folder: string, owner: string) => `RUN mkdir -p ${folder} && chown -R ${owner} ${folder}`;

/** By repository. Users, folders, entry points and owners are those of the real images. */
const recipes: Record<string, (tag: string, engine: Engine) => Promise<Context>> = {
  busybox: async () => ({
    files: { busybox: join(await debianBusybox(), 'bin', 'busybox') },
    dockerfile: `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp /etc && chmod 1777 /tmp && echo root:x:0:0::/:/bin/sh > /etc/passwd
CMD ["sh"]`,
  }),
  'otel/opentelemetry-collector-contrib': async (tag) => ({
    files: { 'otelcol-contrib': sameVersion((await stackBinaries()).collector, tag) },
    dockerfile: `FROM scratch
COPY otelcol-contrib /otelcol-contrib
USER 10001:10001
ENTRYPOINT ["/otelcol-contrib"]
CMD ["--config", "/etc/otelcol-contrib/config.yaml"]`,
  }),
  'prom/prometheus': async (tag) => {
    const { prometheus, promtool } = await stackBinaries();
    return {
      files: { prometheus: sameVersion(prometheus, tag), promtool },
      dockerfile: `FROM ${busybox}
COPY prometheus promtool /bin/
${owned('/prometheus', '65534:65534')}
USER 65534
VOLUME ["/prometheus"]
WORKDIR /prometheus
ENTRYPOINT ["/bin/prometheus"]`,
    };
  },
  'grafana/loki': async (tag) => ({
    files: { loki: sameVersion((await stackBinaries()).loki, tag) },
    dockerfile: `FROM ${busybox} AS folders
${owned('/loki/rules', '10001:10001')}
RUN chown 10001:10001 /loki
FROM scratch
COPY --from=folders --chown=10001:10001 /loki /loki
COPY loki /usr/bin/loki
USER 10001
ENTRYPOINT ["/usr/bin/loki"]`,
  }),
  caddy: async (tag) => ({
    files: { caddy: await caddyBinary(tag) },
    dockerfile: `FROM ${busybox}
COPY caddy /usr/bin/caddy
CMD ["/usr/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
WORKDIR /srv
ENV PATH=/usr/bin:/bin`,
  }),
  node: async (tag, engine) => {
    const isSlim = tag.endsWith('-slim');
    const debian = await debianImage(engine, tag.split('-')[1] ?? '', isSlim ? [] : compilers);
    return {
      files: await nodeFiles(tag.split('-')[0] ?? ''),
      dockerfile: `FROM ${debian}
COPY node /usr/local
COPY npm /usr/local/lib/node_modules/npm
COPY npmrc /usr/local/etc/npmrc
COPY certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && useradd --create-home --uid 1000 node
ENV npm_config_nodedir=/usr/local npm_config_build_from_source=true
# Of the Dockerfile's cache for npm, the compiler takes a part: the database driver is compiled again with each lockfile.
ENV PATH=/usr/lib/ccache:$PATH CCACHE_DIR=/root/.npm/_ccache
CMD ["node"]`,
    };
  },
};

/** The path of an executable holds its version; a test on another one than the image names would prove nothing. */
function sameVersion(path: string, tag: string): string {
  if (path.includes(`-${tag.replace(/^v/, '')}`)) return path;
  throw new Error(`${path} is another version than the image's, ${tag}`);
}

async function debianBusybox(): Promise<string> {
  return cached('busybox', 'fetching the static busybox of Debian', async (folder) => {
    await run('apt-get', ['download', '-qq', 'busybox-static'], { cwd: folder });
    const { stdout } = await run('sh', ['-c', 'echo *.deb'], { cwd: folder });
    await run('dpkg', ['-x', stdout.trim(), '.'], { cwd: folder });
  });
}

/** Node and npm as their npm packages hold them; npm's settings are this machine's, wherever it fetches from. */
async function nodeFiles(version: string): Promise<Record<string, string>> {
  const fetched = await cached(`node-${version}`, `fetching Node ${version} as an npm package`, async (folder) => {
    for (const [name, spec] of [
      ['node', `node-linux-${process.arch}@${version}`],
      ['npm', 'npm@11'],
    ] as const) {
      await mkdir(join(folder, name));
      const { stdout } = await run('npm', ['pack', '--silent', spec], { cwd: folder });
      const archive = stdout.trim().split('\n').at(-1) ?? '';
      await run('tar', ['-xzf', archive, '--strip-components=1', '-C', name], { cwd: folder });
      await rm(join(folder, archive));
    }
    await chmod(join(folder, 'node', 'bin', 'node'), 0o755);
    const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
    const certificates = '/etc/ssl/certs/ca-certificates.crt';
    await writeFile(join(folder, 'npmrc'), `registry=${registry.trim()}\ncafile=${certificates}\n`);
    await copyFile(certificates, join(folder, 'certificates.crt'));
  });
  const names = ['node', 'npm', 'npmrc', 'certificates.crt'];
  return Object.fromEntries(names.map((name) => [name, join(fetched, name)]));
}

/** Node's image can compile; there are no ready-made binaries of the database driver where no registry is reached. */
const compilers = ['python3', 'g++', 'make', 'ccache'];

/** A Debian of its own, imported once. */
async function debianImage(engine: Engine, release: string, packages: string[]): Promise<string> {
  const image = `telltale-test/${release}:${[...packages, 'slim'].join('-').replace(/\W+/g, '-')}`;
  if ((await labelOf(engine, image)) !== undefined) return image;
  process.stderr.write(`compose: installing Debian ${release} for ${image}, once (about a minute)\n`);
  const folder = mkdtempSync(join(tmpdir(), 'telltale-debian-'));
  try {
    const include = `--include=${['ca-certificates', ...packages].join(',')}`;
    await run('debootstrap', ['--variant=minbase', include, release, folder]);
    await run('sh', ['-c', `tar -C ${folder} --exclude=./var/cache/apt -c . | docker import - ${image}`], engine);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return image;
}

/** Again when it is to be made of something else than last time: the path of each program names its version. */
async function build(engine: Engine, image: string, { dockerfile, files }: Context): Promise<void> {
  const madeOf = createHash('sha256').update(JSON.stringify({ dockerfile, files })).digest('hex');
  if ((await labelOf(engine, image)) === madeOf) return;
  process.stderr.write(`compose: making a stand-in for ${image}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'telltale-image-'));
  try {
    for (const [name, path] of Object.entries(files)) await cp(path, join(folder, name), { recursive: true });
    await writeFile(join(folder, 'Dockerfile'), `${dockerfile}\n`);
    const env = { ...engine.env, DOCKER_BUILDKIT: '0' }; // there is no buildx beside every engine
    await run('docker', ['build', '--quiet', '--label', `${label}=${madeOf}`, '--tag', image, folder], { env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const label = 'telltale.stand-in';

/** Nothing where there is no such image. */
function labelOf(engine: Engine, image: string): Promise<string | undefined> {
  const asked = run('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, image], engine);
  return asked.then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
