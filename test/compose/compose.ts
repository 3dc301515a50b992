import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../service.ts';
import { cached, type Ran, run } from './cached.ts';
import type { Engine } from './engine.ts';
import { composeText, variablesIn } from './file.ts';

/** `docker compose` on the shipped docker-compose.yml, under a project name of its own. */
export type Compose = (...args: string[]) => Promise<Ran>;

export interface ComposeOptions {
  engine: Engine;
  project: string;
  /** Instead of a `.env` file, which a developer may have here. */
  env: Record<string, string>;
}

export async function createCompose({ engine, project, env }: ComposeOptions): Promise<Compose> {
  const [command = '', ...first] = await findCompose();
  const own = ['--project-name', project, '--project-directory', root, '--env-file', '/dev/null'];
  // The defaults are tested, whatever is set for a stack of this machine.
  const shipped = variablesIn(composeText);
  const others = Object.entries(engine.env).filter(([name]) => !name.startsWith('COMPOSE_') && !shipped.has(name));
  const options = { cwd: root, env: { ...Object.fromEntries(others), ...env } };
  return (...args) => run(command, [...first, ...own, '--file', join(root, 'docker-compose.yml'), ...args], options);
}

const version = '2.40.3';

/** The plugin where it is new enough for the file, else Compose built from its Go module. */
async function findCompose(): Promise<string[]> {
  const plugin = await run('docker', ['compose', 'version', '--short']).catch(() => undefined);
  if (plugin && /^v?(2\.(2\d|[3-9]\d)|[3-9]\d*)\./.test(plugin.stdout.trim())) return ['docker', 'compose'];
  const says = `building Compose ${version} from Go modules, once (about 3 minutes)`;
  return [join(await cached(`compose-${version}`, says, buildCompose), 'docker-compose')];
}

async function buildCompose(folder: string): Promise<void> {
  const module = `github.com/docker/compose/v2@v${version}`;
  const { Dir: source } = JSON.parse((await run('go', ['mod', 'download', '-json', module])).stdout) as { Dir: string };
  // Its own graph of versions: a fresh one picks newer modules, with which it does not compile.
  for (const file of ['go.mod', 'go.sum']) {
    await copyFile(join(source, file), join(folder, file));
    await chmod(join(folder, file), 0o644);
  }
  await run('go', ['mod', 'edit', '-module', 'local/compose', `-require=${module}`], { cwd: folder });
  const flags = ['-s', '-w', '-X', `github.com/docker/compose/v2/internal.Version=v${version}`].join(' ');
  const args = ['-mod=mod', '-tags', 'fsnotify', '-ldflags', flags, '-o', 'docker-compose'];
  const env = { ...process.env, CGO_ENABLED: '0' };
  await run('go', ['build', ...args, 'github.com/docker/compose/v2/cmd'], { cwd: folder, env });
}
