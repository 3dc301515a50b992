import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../client/binary.ts';
import { withLock } from '../client/lock.ts';
import { root } from '../service.ts';

/** The executables of the native stack, each the version that docker-compose.yml names. */
export interface Binaries {
  collector: string;
  prometheus: string;
  promtool: string;
  loki: string;
}

/** Built from Go modules on first use (about 12 minutes on two cores), then taken from the cache outside the project. */
export async function stackBinaries(): Promise<Binaries> {
  const [collector, prometheus, loki] = [
    await built(recipes.collector),
    await built(recipes.prometheus),
    await built(recipes.loki),
  ];
  return {
    collector: join(collector, 'otelcol-slim'),
    prometheus: join(prometheus, 'prometheus'),
    promtool: join(prometheus, 'promtool'),
    loki: join(loki, 'loki'),
  };
}

/** Why the stack cannot be had here, if so; a machine that has built it once needs no Go. */
export function whyNoStack(): Promise<string | undefined> {
  return hasAll() ? Promise.resolve(undefined) : withoutGo();
}

interface Recipe {
  name: string;
  version: string;
  minutes: number;
  makes: readonly string[];
  /** Commands in an empty folder, which leave the executables in `bin`. */
  steps: readonly (readonly string[])[];
}

const manifest = join(root, 'observability', 'collector', 'ocb.yaml');
const manifestHash = createHash('sha256').update(readFileSync(manifest)).digest('hex').slice(0, 8);
const collectorVersion = /^ {2}version: (\S+)$/m.exec(readFileSync(manifest, 'utf8'))?.[1] ?? 'unknown';
const stripped = ['-ldflags', '-s -w'];

const recipes = {
  collector: {
    name: 'collector',
    version: `${collectorVersion}-${manifestHash}`, // another manifest is another collector
    minutes: 3,
    makes: ['otelcol-slim'],
    steps: [
      ['mkdir', '-p', 'bin/otelcol'], // ocb does not make nested folders
      ['go', 'run', `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion}`, '--config', manifest],
      ['mv', 'bin/otelcol/otelcol-slim', 'bin/'],
    ],
  },
  // `go install …@version` is refused because of a replace in its go.mod. Version 3.y.z is the module's v0.3yy.z.
  prometheus: {
    name: 'prometheus',
    version: '3.14.0',
    minutes: 4,
    makes: ['prometheus', 'promtool'],
    steps: [
      ['go', 'mod', 'init', 'local/prometheus'],
      [
        ...['go', 'mod', 'edit', '-go=1.25.8', '-replace=cloud.google.com/go=cloud.google.com/go@v0.123.0'],
        '-exclude=github.com/linode/linodego@v1.0.0',
        '-exclude=github.com/grpc-ecosystem/grpc-gateway@v1.14.7',
        '-exclude=google.golang.org/api@v0.30.0',
      ],
      [
        ...['go', 'get', '-tool', 'github.com/prometheus/prometheus/cmd/prometheus@v0.314.0'],
        'github.com/prometheus/prometheus/cmd/promtool@v0.314.0',
      ],
      [
        ...['go', 'build', '-tags', 'netgo,remove_all_sd', '-ldflags'],
        ...['-s -w -X github.com/prometheus/common/version.Version=3.14.0', '-o', 'bin/'],
        'github.com/prometheus/prometheus/cmd/prometheus',
        'github.com/prometheus/prometheus/cmd/promtool',
      ],
    ],
  },
  // The replacements are those of Loki's own go.mod, which count only in the main module.
  loki: {
    name: 'loki',
    version: '3.7.8',
    minutes: 5,
    makes: ['loki'],
    steps: [
      ['go', 'mod', 'init', 'local/loki'],
      [
        ...['go', 'mod', 'edit', '-go=1.26.5', '-exclude=k8s.io/client-go@v8.0.0+incompatible'],
        '-require=github.com/grafana/loki/pkg/push@v0.0.0-20250630054201-94c0ba7b0952',
        '-replace=github.com/Azure/azure-sdk-for-go=github.com/Azure/azure-sdk-for-go@v68.0.0+incompatible',
        '-replace=github.com/Azure/azure-storage-blob-go=github.com/MasslessParticle/azure-storage-blob-go@v0.14.1-0.20240322194317-344980fda573',
        '-replace=github.com/gocql/gocql=github.com/grafana/gocql@v0.0.0-20200605141915-ba5dc39ece85',
        '-replace=github.com/hashicorp/memberlist=github.com/grafana/memberlist@v0.3.1-0.20251126142931-6f9f62ab6f86',
        '-replace=github.com/grafana/regexp=github.com/grafana/regexp@v0.0.0-20240518133315-a468a5bfb3bc',
        '-replace=github.com/influxdata/go-syslog/v3=github.com/leodido/go-syslog/v4@v4.3.0',
        '-replace=github.com/thanos-io/objstore=github.com/grafana/objstore@v0.0.0-20250728171719-b5d3b766d1b0',
      ],
      ['go', 'get', '-tool', 'github.com/grafana/loki/v3/cmd/loki@v3.7.8'],
      ['go', 'build', '-tags', 'netgo', ...stripped, '-o', 'bin/', 'github.com/grafana/loki/v3/cmd/loki'],
    ],
  },
} as const satisfies Record<string, Recipe>;

/** Not part of the stack: a server of S3 for the archive's tests. */
const s3Server = {
  name: 'versitygw',
  version: '1.8.0',
  minutes: 2,
  makes: ['versitygw'],
  steps: [
    ['go', 'mod', 'init', 'local/versitygw'],
    ['go', 'get', '-tool', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'],
    ['go', 'build', ...stripped, '-o', 'bin/', 'github.com/versity/versitygw/cmd/versitygw'],
  ],
} as const satisfies Recipe;

/** A real server that speaks S3, on a folder. */
export async function s3ServerBinary(): Promise<string> {
  if (!isBuilt(s3Server) && (await withoutGo())) throw new Error('Go was not found');
  return join(await built(s3Server), 'versitygw');
}

const folderOf = ({ name, version }: Recipe): string => join(cacheFolder(), 'stack', `${name}-${version}`);
const isBuilt = (recipe: Recipe): boolean => recipe.makes.every((file) => existsSync(join(folderOf(recipe), file)));
const hasAll = (): boolean => Object.values(recipes).every(isBuilt);

async function built(recipe: Recipe): Promise<string> {
  const folder = folderOf(recipe);
  if (isBuilt(recipe)) return folder;
  // Two test runs may want it at once: the second waits for the first, however slow the machine is.
  await withLock(`${folder}.lock`, async () => isBuilt(recipe) || build(recipe, folder), 3_600_000);
  return folder;
}

async function build(recipe: Recipe, folder: string): Promise<void> {
  const { name, version, minutes } = recipe;
  process.stderr.write(`stack: building ${name} ${version} from Go modules, once (about ${minutes} minutes)\n`);
  const partial = `${folder}.partial`; // a broken build must not look like a whole one
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  for (const [command = '', ...args] of recipe.steps) {
    const env = { ...process.env, CGO_ENABLED: '0' };
    await promisify(execFile)(command, args, { cwd: partial, env, maxBuffer: 64 << 20 }).catch((error) => {
      const end = String(error.stderr).trim().split('\n').slice(-12).join('\n');
      throw new Error(`${name} ${version}: \`${command} ${args.slice(0, 3).join(' ')} …\` failed:\n${end}`);
    });
  }
  await rm(folder, { recursive: true, force: true });
  await rename(join(partial, 'bin'), folder);
  await rm(partial, { recursive: true, force: true });
}

async function withoutGo(): Promise<string | undefined> {
  try {
    await promisify(execFile)('go', ['version']);
    return undefined;
  } catch {
    return 'Go was not found';
  }
}
