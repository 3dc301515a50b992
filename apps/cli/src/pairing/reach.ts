import { networkInterfaces } from 'node:os';

const patienceMs = 3000;

/** What may keep a device from the page at this address, and what to do about it; a line each, none where all is well. */
export async function reachProblems(address: string, self: string): Promise<string[]> {
  const { hostname, protocol } = new URL(address);
  if (isLoopback(hostname)) return loopbackWords(address, self);
  const problem = await answerProblem(address, hostname);
  const isReadable = protocol === 'http:';
  const readable = 'Over http, whoever is in the same network can read along: behind a proxy with TLS nobody can.';
  return [...(problem === undefined ? [] : [problem]), ...(isReadable ? [readable] : [])];
}

function loopbackWords(address: string, self: string): string[] {
  const { hostname, port } = new URL(address);
  const here = ownAddress() ?? '192.168.1.20';
  return [
    `Another device cannot reach ${hostname}, which is this machine only. Let the service listen to others, and say how they reach it:`,
    `  TELLTALE_HOST=0.0.0.0 TELLTALE_ALLOWED_HOSTS=${here} npm start`,
    `  ${self} pair --url http://${here}${port && `:${port}`}`,
    'Better with TLS by a proxy in front: docs/remote.md.',
  ];
}

async function answerProblem(address: string, hostname: string): Promise<string | undefined> {
  try {
    const { status } = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(patienceMs) });
    if (status === 403) return `The service does not serve ${hostname}: name it in TELLTALE_ALLOWED_HOSTS.`;
    return status === 200 ? undefined : `${address} answers ${status}: is it Telltale?`;
  } catch {
    // A name or certificate that only the device's network knows is possible, so this is no error.
    return `${address} does not answer from here.`;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '0.0.0.0' || /^127\./.test(hostname);
}

/** As others of the same network see this machine. */
function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
