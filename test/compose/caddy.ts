import { join } from 'node:path';
import { cached, run } from './cached.ts';
import { composeFile } from './file.ts';

/** The gateway's executable in the version of the compose file, built from Go modules on first use. */
export async function caddyBinary(
  tag = composeFile.services['otlp-gateway']?.image?.split(':')[1] ?? '',
): Promise<string> {
  const version = tag.replace(/-.*/, '');
  const says = `building Caddy ${version} from Go modules, once (about 3 minutes)`;
  const folder = await cached(`caddy-${version}`, says, async (cwd) => {
    const options = { cwd, env: { ...process.env, CGO_ENABLED: '0' } };
    const command = 'github.com/caddyserver/caddy/v2/cmd/caddy';
    await run('go', ['mod', 'init', 'local/caddy'], options);
    await run('go', ['get', '-tool', `${command}@v${version}`], options);
    await run('go', ['build', '-ldflags', '-s -w', '-o', 'caddy', command], options);
  });
  return join(folder, 'caddy');
}
