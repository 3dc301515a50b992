// The health check of the container: ends with 0 when the service answers.
const port = process.env.TELLTALE_PORT || '4000';
const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
