import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spooled } from '../../apps/cli/fixtures/spooled.ts';
import type { Ground, Settings } from './ground.ts';

export interface Fault {
  /** Puts it there. */
  seed(ground: Ground): void;
  /** What the doctor has to name, and nothing else. */
  found: Record<string, 'warning' | 'failed'>;
  /** What it has to say of the first of them: the cause, and what to do. */
  says: RegExp;
}

const nowhere = 'http://127.0.0.1:9';
const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Variables of the user's own settings. */
const variables = (values: Record<string, string>) => (ground: Ground) =>
  ground.change(ground.settings.user, (settings) => {
    settings.env = { ...settings.env, ...values };
  });

/** No log, metric or span arrives. */
const noTelemetry = { 'probe-log': 'failed', 'probe-metric': 'failed', 'probe-span': 'failed' } as const;

/** Each of them is somebody's afternoon. */
export const faults: Record<string, Fault> = {
  'no hooks are registered': {
    seed: ({ settings }) => rmSync(settings.project),
    found: { hooks: 'failed', transcripts: 'warning' },
    says: /No hooks of Telltale are in effect.*setup --project/,
  },
  'hooks are switched off': {
    seed: ({ change, settings }) =>
      change(settings.user, (user) => {
        user.disableAllHooks = true;
      }),
    found: { 'hooks-allowed': 'failed' },
    says: /settings\.json has "disableAllHooks"/,
  },
  'hooks of two versions are installed': {
    seed: ({ write, settings }) => {
      const { hooks } = JSON.parse(readFileSync(settings.project, 'utf8')) as Settings;
      write(settings.local, JSON.stringify({ hooks }).replaceAll("trap 'exit 0' 0; ", ''));
    },
    found: { 'hooks-once': 'failed' },
    says: /two versions.*settings\.json and .*settings\.local\.json.*twice/,
  },
  'the script is gone': {
    seed: ({ project }) => rmSync(join(project, '.claude', 'hooks'), { recursive: true }),
    found: { 'hook-scripts': 'failed', 'probe-hook': 'failed' },
    says: /script is neither in .* nor in .*setup again/,
  },
  'the script is of another version': {
    seed: ({ project }) => writeFileSync(join(project, '.claude/hooks/telltale/git.sh'), '# as it was\n'),
    found: { 'hook-scripts': 'warning' },
    says: /another version \(git\.sh\)/,
  },
  'the settings have a comment': {
    seed: ({ write, settings }) => write(settings.local, '{\n  // mine\n  "env": {}\n}'),
    found: { settings: 'failed' },
    says: /settings\.local\.json has a comment in line 2.*strict JSON/,
  },
  'hooks send to where nobody listens': {
    seed: ({ change, settings }) =>
      change(settings.project, (project) => {
        project.env = { ...project.env, TELLTALE_URL: nowhere };
      }),
    found: { destination: 'failed', 'probe-send': 'failed' },
    says: /Hooks send to http:\/\/127\.0\.0\.1:9 \(TELLTALE_URL in .*settings\.json\)/,
  },
  'telemetry is set in the project': {
    seed({ change, settings }) {
      let moved: Record<string, string> = {};
      change(settings.user, (user) => {
        moved = user.env ?? {};
        user.env = {};
      });
      change(settings.project, (project) => {
        project.env = { ...project.env, ...moved };
      });
    },
    found: { 'telemetry-place': 'failed', telemetry: 'warning' },
    says: /settings\.json sets .* and \d more; since 2\.1\.282.*Move it to ~\/\.claude\/settings\.json/,
  },
  'the protocol is just http': {
    seed: variables({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http' }),
    found: { 'telemetry-protocol': 'failed' },
    says: /PROTOCOL is http in .*Set it to http\/protobuf or http\/json/,
  },
  'gRPC to the service alone': {
    seed: variables({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
    found: { 'telemetry-protocol': 'failed' },
    says: /PROTOCOL is grpc in .*, which the service alone does not speak/,
  },
  'delta counters': {
    seed: variables({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }),
    found: { 'telemetry-temporality': 'warning' },
    says: /delta in .*lost for good.*cumulative/,
  },
  'telemetry goes to where nobody listens': {
    seed: variables({ [endpoint]: nowhere }),
    found: { 'telemetry-endpoint': 'warning', ...noTelemetry },
    says: /goes to http:\/\/127\.0\.0\.1:9 .*taken at http:\/\/127\.0\.0\.1:\d+ \(the service/,
  },
  'the endpoint has a path': {
    seed: (ground) => variables({ [endpoint]: `${ground.url}/v1/logs` })(ground),
    found: { 'telemetry-endpoint': 'failed', ...noTelemetry },
    says: /has a path/,
  },
  'metrics do not say their session': {
    seed: variables({ OTEL_METRICS_INCLUDE_SESSION_ID: 'false' }),
    found: { telemetry: 'failed' },
    says: /INCLUDE_SESSION_ID is false in .*settings\.json/,
  },
  'no metrics are exported': {
    seed: variables({ OTEL_METRICS_EXPORTER: 'none' }),
    found: { telemetry: 'failed' },
    says: /OTEL_METRICS_EXPORTER is not otlp: totals of tokens and cost do not come/,
  },
  'events wait for days': {
    seed({ home, url }) {
      const folder = spooled(home, 'late-1', 1);
      writeFileSync(join(folder, 'url'), `${url}\n`);
      rmSync(join(folder, 'transcripts', 'late-1.due'));
    },
    found: { spool: 'failed' },
    says: /1 event wait for .*, the oldest for \d+ d.*spool flush/,
  },
  'events were refused': {
    seed({ home, url }) {
      const folder = spooled(home, 'bad-1', 1);
      writeFileSync(join(folder, 'url'), `${url}\n`);
      const name = '1763600000000000010-4711-1.json';
      rmSync(join(folder, name));
      writeFileSync(join(folder, 'rejected', name), 'no JSON');
      utimesSync(join(folder, 'rejected', name), 0, 0);
    },
    found: { spool: 'warning' },
    says: /1 event for .* were refused for good.*rejected/,
  },
  'the project is ignored': {
    seed: ({ home, project, write }) => write(join(home, 'ignore'), `${project}\n`),
    found: { 'hook-scripts': 'warning', 'probe-hook': 'failed' },
    says: /ignore lists .*: nothing of it is recorded/,
  },
};
