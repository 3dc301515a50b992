import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { root } from '../service.ts';
import { run } from './cached.ts';
import { type Compose, createCompose } from './compose.ts';
import type { Engine } from './engine.ts';
import { composeFile, namedImages } from './file.ts';
import { makeStandIns } from './stand-ins.ts';

/** The shipped compose file in an engine, under names and on ports of its own. */
export interface RunningStack {
  /** Services that run here; those whose image cannot be had are left out. */
  services: string[];
  urls: Record<'telltale' | 'otlp' | 'gateway' | 'prometheus' | 'loki' | 'grafana', string>;
  compose: Compose;
  /** The same with docker-compose.remote.yml over it; ports are those of `urls`, and those in the variables. */
  beyond(env: Record<string, string>): Promise<Compose>;
  /** Builds what changed, starts what is not running, and waits until it is healthy. */
  up(): Promise<void>;
  /** Of one service; `via` names one that only another compose knows. */
  containers(service: string, via?: Compose): Promise<Container[]>;
  /** The users of all processes in a container, as numbers. */
  users(container: string): Promise<number[]>;
  /** Containers, networks and volumes of this project are gone afterwards. */
  remove(): Promise<void>;
}

interface Container {
  name: string;
  health: string;
  isReadOnly: boolean;
  /** Addresses on this machine that lead into it. */
  published: string[];
}

export async function createRunningStack(engine: Engine): Promise<RunningStack> {
  const missing = (await reachesRegistry(engine)) ? [] : await makeStandIns(engine, namedImages());
  const services = Object.entries(composeFile.services)
    .filter(([, { image = '', restart }]) => restart !== 'no' && !missing.includes(image))
    .map(([name]) => name);
  const ports = {
    ...{ TELLTALE_PORT: await freePort(), OTLP_HTTP_PORT: await freePort(), OTLP_GRPC_PORT: await freePort() },
    ...{ OTLP_GATEWAY_PORT: await freePort(), PROMETHEUS_PORT: await freePort(), LOKI_PORT: await freePort() },
    GRAFANA_PORT: await freePort(),
  };
  const env = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
  const project = `telltale-test-${process.pid}`;
  const onProfiles = await createCompose({ engine, project, env });
  const compose: Compose = (...args) => onProfiles('--profile', '*', ...args);
  const url = (port: number) => `http://127.0.0.1:${port}`;

  return {
    services,
    compose,
    async beyond(more) {
      const onBoth = await createCompose({ engine, project, env: { ...env, ...more } });
      return (...args) => onBoth('--file', join(root, 'docker-compose.remote.yml'), ...args);
    },
    urls: {
      ...{ telltale: url(ports.TELLTALE_PORT), otlp: url(ports.OTLP_HTTP_PORT), gateway: url(ports.OTLP_GATEWAY_PORT) },
      ...{
        prometheus: url(ports.PROMETHEUS_PORT),
        loki: url(ports.LOKI_PORT),
        grafana: `http://localhost:${ports.GRAFANA_PORT}`,
      },
    },
    async up() {
      await compose('up', '--build', '--detach', '--wait', '--wait-timeout', '240', ...services);
    },
    async containers(service, via = compose) {
      const ids = (await via('ps', '--quiet', service)).stdout.trim().split('\n');
      const { stdout } = await run('docker', ['inspect', ...ids], engine);
      return (JSON.parse(stdout) as Inspected[]).map(({ Name, State, HostConfig, NetworkSettings }) => ({
        name: Name.slice(1),
        health: State.Health?.Status ?? State.Status,
        isReadOnly: HostConfig.ReadonlyRootfs,
        published: Object.values(NetworkSettings.Ports).flatMap((bound) => (bound ?? []).map(({ HostIp }) => HostIp)),
      }));
    },
    async users(container) {
      const { stdout } = await run('docker', ['top', container, '-eo', 'pid,uid'], engine);
      const lines = stdout.trim().split('\n').slice(1);
      return lines.map((line) => Number(line.trim().split(/\s+/)[1]));
    },
    async remove() {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '20');
    },
  };
}

interface Inspected {
  Name: string;
  State: { Status: string; Health?: { Status: string } };
  HostConfig: { ReadonlyRootfs: boolean };
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
}

/** Asks for the smallest of the images, where they are not here yet. */
async function reachesRegistry(engine: Engine): Promise<boolean> {
  if (!engine.isOurs) return true;
  const smallest = namedImages().find((image) => image.startsWith('busybox:')) ?? '';
  const pulled = run('docker', ['pull', '--quiet', smallest], { ...engine, timeout: 60_000 });
  return pulled.then(
    () => true,
    () => false,
  );
}
