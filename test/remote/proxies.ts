import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caddyBinary } from '../compose/caddy.ts';
import { freePort } from '../ports.ts';
import { requires, requiresGateway } from '../requires.ts';
import { createPart, type Part } from '../stack/part.ts';
import { shipped } from '../stack/shipped.ts';
import { type Certificate, outsideName } from './certificate.ts';

/** A proxy with TLS, as observability/proxy has it. */
export interface TlsProxy {
  port: number;
  part: Part;
}

interface ProxyOptions {
  folder: string;
  certificate: Certificate;
  /** Host and port of Telltale. */
  upstream: string;
}

export const proxies = {
  nginx: { isHere: requires('nginx'), start: startNginx },
  Caddy: { isHere: await requiresGateway(), start: startCaddy },
} as const;

async function startNginx({ folder, certificate, upstream }: ProxyOptions): Promise<TlsProxy> {
  const [port, health] = [await freePort(), await freePort()];
  const site = shipped('proxy/nginx.conf', {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    'server_name telltale.example': `server_name ${outsideName}`,
    '/etc/ssl/telltale/certificate.pem': certificate.certificate,
    '/etc/ssl/telltale/key.pem': certificate.key,
    '127.0.0.1:4000': upstream,
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  // What /etc/nginx/nginx.conf has elsewhere. One process: a master that is killed leaves its workers behind.
  const file = write(folder, 'nginx.conf', [
    ...['daemon off;', 'master_process off;', `pid ${join(folder, 'pid')};`, 'error_log stderr;'],
    ...['events {}', 'http {', 'access_log off;', ...temporary],
    `server { listen 127.0.0.1:${health}; return 200; }`,
    ...[site, '}'],
  ]);
  return start({ name: 'nginx', port, health, folder, command: 'nginx', args: ['-e', 'stderr', '-c', file] });
}

async function startCaddy({ folder, certificate, upstream }: ProxyOptions): Promise<TlsProxy> {
  const [port, grafana, health] = [await freePort(), await freePort(), await freePort()];
  const file = write(folder, 'Caddyfile', [shipped('proxy/Caddyfile', { '127.0.0.1:2021': `127.0.0.1:${health}` })]);
  const env = {
    TELLTALE_NAME: outsideName,
    TELLTALE_HTTPS_PORT: `${port}`,
    GRAFANA_HTTPS_PORT: `${grafana}`,
    TELLTALE_UPSTREAM: upstream,
    TELLTALE_TLS_CERTIFICATE: certificate.certificate,
    TELLTALE_TLS_KEY: certificate.key,
  };
  const args = ['run', '--config', file, '--adapter', 'caddyfile'];
  return start({ name: 'Caddy', port, health, folder, command: await caddyBinary(), args, env });
}

interface Started {
  name: string;
  port: number;
  health: number;
  folder: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
}

async function start({ port, health, folder, ...options }: Started): Promise<TlsProxy> {
  const url = `https://127.0.0.1:${port}`;
  const part = createPart({ ...options, url, ready: `http://127.0.0.1:${health}/`, cwd: folder });
  await part.start();
  return { port, part };
}

function write(folder: string, name: string, lines: string[]): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return join(folder, name);
}
