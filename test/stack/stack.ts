import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { prepareService, type Service } from '../service.ts';
import { stackBinaries } from './binaries.ts';
import { createPart, type Part } from './part.ts';
import { shipped } from './shipped.ts';

/** The native stack: real collector, Prometheus, Loki and event service, with the shipped configuration. */
export interface Stack {
  /** OTLP/HTTP of the collector. */
  otlp: string;
  /** OTLP/gRPC of the collector. */
  otlpGrpc: string;
  prometheus: string;
  loki: string;
  /** The event service, or what stands in its place. */
  telltale: string;
  collectorMetrics: string;
  /** What the collector keeps on disk for those who do not answer. */
  queueFolder: string;
  folder: string;
  parts: Record<PartName, Part>;
  service: Service;
  /** Ends every part and removes the folder. */
  stop(): Promise<void>;
}

export type PartName = (typeof partNames)[number];
const partNames = ['collector', 'prometheus', 'loki', 'telltale'] as const;

export interface StackOptions {
  /** Which parts run at once; the others have their address and can be started later. */
  start?: readonly PartName[];
  /** Where the collector sends instead of the event service. */
  telltaleUrl?: string;
  /** Where the collector sends instead of Loki or Prometheus, for example through something that refuses. */
  lokiUrl?: string;
  prometheusUrl?: string;
  /** Further collector configurations (YAML), merged over the shipped one in this order. */
  collectorExtras?: readonly string[];
  /** The environment of the collector, beside where the event service is. */
  collectorEnv?: Record<string, string>;
  /** Texts of the shipped files to replace, for a control that must fail or a limit that must be reached. */
  replace?: Partial<Record<'collector' | 'prometheus' | 'loki', Record<string, string>>>;
  /** The environment of the event service, read at each of its starts. */
  serviceEnv?: Record<string, string>;
}

/** As in docker-compose.yml; a test compares the two. */
export const prometheusFlags = [
  '--web.enable-otlp-receiver',
  '--enable-feature=otlp-native-delta-ingestion',
  '--query.max-samples=200000000',
  '--query.timeout=2m',
] as const;

/** Starts it on free loopback ports, in a temporary folder. Ask `requiresStack()` before. */
export async function createStack(options: StackOptions = {}): Promise<Stack> {
  const binaries = await stackBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'telltale-stack-'));
  const ports = await portsFor(['http', 'grpc', 'health', 'metrics', 'prometheus', 'loki', 'lokiGrpc']);
  const at = (name: keyof typeof ports) => `127.0.0.1:${ports[name]}`;
  const url = (name: keyof typeof ports) => `http://${at(name)}`;
  // The test's own object: what it changes there counts from the service's next start on.
  const serviceEnv = options.serviceEnv ?? {};
  serviceEnv.TELLTALE_PROMETHEUS_URL ??= url('prometheus');
  serviceEnv.TELLTALE_LOKI_URL ??= url('loki');
  const service = await prepareService({ home: join(folder, 'telltale'), env: serviceEnv });
  const place = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  const telltale = options.telltaleUrl ?? service.url;
  const queueFolder = join(place('collector'), 'queue');

  const redaction = write('redaction.yaml', shipped('collector/redaction.yaml', {}));
  const collectorConfigs = [
    shipped('collector/config.yaml', {
      '/etc/otelcol/redaction.yaml': redaction,
      '/var/lib/otelcol/queue': queueFolder,
      '0.0.0.0:13133': at('health'),
      '0.0.0.0:4317': at('grpc'),
      '0.0.0.0:4318': at('http'),
      'host: 0.0.0.0, port: 8888': `host: 127.0.0.1, port: ${ports.metrics}`,
      'http://prometheus:9090': options.prometheusUrl ?? url('prometheus'),
      'http://loki:3100': options.lokiUrl ?? url('loki'),
      ...options.replace?.collector,
    }),
    ...(options.collectorExtras ?? []),
  ];
  const prometheusConfig = shipped('prometheus/prometheus.yml', {
    '127.0.0.1:9090': at('prometheus'),
    'otel-collector:8888': at('metrics'),
    'loki:3100': at('loki'),
    'telltale:4000': telltale.replace('http://', ''),
    ...options.replace?.prometheus,
  });
  const lokiFolder = place('loki');
  const lokiConfig = shipped('loki/loki.yaml', {
    'http_listen_port: 3100': `http_listen_address: 127.0.0.1\n  http_listen_port: ${ports.loki}`,
    'grpc_listen_port: 9096': `grpc_listen_address: 127.0.0.1\n  grpc_listen_port: ${ports.lokiGrpc}`,
    'path_prefix: /loki': `path_prefix: ${lokiFolder}`,
    '/loki/chunks': join(lokiFolder, 'chunks'),
    '/loki/rules': join(lokiFolder, 'rules'),
    '/loki/compactor': join(lokiFolder, 'compactor'),
    ...options.replace?.loki,
  });

  const parts: Record<PartName, Part> = {
    collector: createPart({
      name: 'the collector',
      url: url('http'),
      ready: url('health'),
      command: binaries.collector,
      args: collectorConfigs.map((text, index) => `--config=${write(`collector-${index}.yaml`, text)}`),
      env: { TELLTALE_OTLP_ENDPOINT: telltale, ...options.collectorEnv },
      cwd: place('collector'),
    }),
    prometheus: createPart({
      name: 'Prometheus',
      url: url('prometheus'),
      ready: `${url('prometheus')}/-/ready`,
      command: binaries.prometheus,
      args: [
        `--config.file=${write('prometheus.yml', prometheusConfig)}`,
        `--storage.tsdb.path=${join(place('prometheus'), 'data')}`,
        `--web.listen-address=${at('prometheus')}`,
        ...prometheusFlags,
      ],
      cwd: place('prometheus'),
    }),
    loki: createPart({
      name: 'Loki',
      url: url('loki'),
      ready: `${url('loki')}/ready`,
      command: binaries.loki,
      args: [`-config.file=${write('loki.yaml', lokiConfig)}`],
      cwd: lokiFolder,
    }),
    telltale: servicePart(service),
  };

  async function stop(): Promise<void> {
    // The collector first: it hands over what it still can.
    const ends = [
      await settled(parts.collector.stop()),
      ...(await Promise.all([
        settled(parts.prometheus.stop()),
        settled(parts.loki.stop()),
        settled(parts.telltale.stop()),
      ])),
    ];
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    const problem = ends.find((end) => end !== undefined);
    if (problem) throw problem;
  }

  const wanted = options.start ?? (options.telltaleUrl ? partNames.filter((name) => name !== 'telltale') : partNames);
  try {
    await Promise.all(wanted.map((name) => parts[name].start()));
  } catch (error) {
    await stop().catch(() => {}); // why it did not start says more
    throw error;
  }
  return {
    otlp: url('http'),
    otlpGrpc: at('grpc'),
    prometheus: url('prometheus'),
    loki: url('loki'),
    telltale,
    collectorMetrics: `${url('metrics')}/metrics`,
    queueFolder,
    folder,
    parts,
    service,
    stop,
  };
}

function servicePart(service: Service): Part {
  let isRunning = false;
  const part: Part = {
    url: service.url,
    async start() {
      if (isRunning) return;
      await service.start();
      isRunning = true;
    },
    async stop() {
      if (isRunning) await service.stop();
      isRunning = false;
    },
    async kill() {
      if (isRunning) await service.kill();
      isRunning = false;
    },
    async restart() {
      await part.stop();
      await part.start();
    },
    isRunning: () => isRunning,
    pid: () => service.pid(),
    log: () => service.log(),
  };
  return part;
}

async function portsFor<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports: Partial<Record<Name, number>> = {};
  for (const name of names) ports[name] = await freePort();
  return ports as Record<Name, number>; // each name has got one
}

function settled(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
