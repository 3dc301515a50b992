// What `npm start -- --help` prints. Plain text: it is shown before anything is installed.
export const startHelp = `Telltale: what your Claude Code agents are doing, and what they did.

  npm start                      install and build what changed, then run the service
  npm start -- --build-only      install and build, and leave it at that
  npm start -- --help            this text

Everything is set by variables: TELLTALE_PORT=4100 npm start

  TELLTALE_PORT                  page, API, live socket and hooks (4000)
  TELLTALE_OTLP_PORT             Claude Code's telemetry, http/protobuf or http/json (4318); off: not taken
  TELLTALE_HOST                  the address it listens on (127.0.0.1); another one needs tokens docs/access.md
  TELLTALE_REQUIRE_TOKENS        on: everyone needs a token (on where others can reach it)
  TELLTALE_AUDIT_DAYS            how long the log of who looked at what is kept (180)
  TELLTALE_ALLOWED_HOSTS         more host names by which it may be asked, separated by commas
  TELLTALE_TRUSTED_PROXIES       proxies elsewhere whose X-Forwarded-For is believed, separated by commas
  TELLTALE_PUBLIC_URL            where a browser finds it (http://localhost:4000)
  TELLTALE_URL                   where this machine's hooks find it (http://127.0.0.1:4000)
  TELLTALE_HOME                  its folder (~/.telltale)
  TELLTALE_TZ                    the time zone that cuts every day (this machine's)
  CLAUDE_CONFIG_DIR              Claude Code's folder, for the import of older sessions (~/.claude)
  TELLTALE_REDACT_PII            on: personal data is masked like secrets (off)         docs/export.md
  TELLTALE_ARCHIVE               file:///a/folder or s3://bucket/prefix: a document of each session is
                                 kept there, too; with TELLTALE_ARCHIVE_ENDPOINT,
                                 TELLTALE_ARCHIVE_REGION, TELLTALE_ARCHIVE_THINKING and
                                 TELLTALE_ENVIRONMENT                                   docs/export.md
  TELLTALE_KEEP_RESULTS_DAYS     with TELLTALE_KEEP_TRANSCRIPTS_DAYS, TELLTALE_KEEP_EVENTS_DAYS and
                                 TELLTALE_MAX_DATABASE_MB: what goes, and when (never)  docs/archive.md
  TELLTALE_HOOK_TELEMETRY_DAYS   the client's notes on hooks and plugins (7), and
  TELLTALE_TELEMETRY_DAYS        metric points and spans (90) are kept so long
  TELLTALE_PRICES                a file with prices of your own                         docs/prices.md
  TELLTALE_PROMETHEUS_URL        with TELLTALE_LOKI_URL: compared on the page Reconciliation
  GRAFANA_PUBLIC_URL             where a browser finds Grafana
  TELLTALE_BUDGET_…              budgets; TELLTALE_ALERT_… other alerts, and where they are sent: by
                                 webhook, Slack, e-mail                                 docs/alerts.md

Files in TELLTALE_HOME: telltale.db (everything that is stored), spool/ (events that wait for the service),
config.json and prices.json (yours, if you want), archived.ndjson (what the archive has).

Connect a project: npm run connect -- ~/code/my-project
`;

/**
 * What the words behind `npm start --` mean.
 * @param {readonly string[]} args
 * @returns {{ does: 'start' | 'build' | 'help' } | { problem: string }}
 */
export function readStartArguments(args) {
  const unknown = args.find((arg) => !['--help', '-h', '--build-only'].includes(arg));
  if (unknown !== undefined) return { problem: problemOf(unknown) };
  if (args.includes('--help') || args.includes('-h')) return { does: 'help' };
  return { does: args.includes('--build-only') ? 'build' : 'start' };
}

/** @param {string} unknown */
function problemOf(unknown) {
  const [, name, value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(unknown) ?? [];
  const variable = name && `TELLTALE_${name.toUpperCase().replaceAll('-', '_')}`;
  const isSetting = variable && new RegExp(`\\b${variable}\\b`).test(startHelp);
  const fix = isSetting
    ? `it is a variable: ${variable}=${value ?? '…'} npm start`
    : 'npm start -- --help tells what there is';
  return `there is no argument ${unknown}; ${fix}`;
}
