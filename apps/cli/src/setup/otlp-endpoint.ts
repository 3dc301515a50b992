import { serviceStatusSchema } from '@telltale/core';
import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';

/** Where OTLP is expected where nobody says otherwise; the collector of the stack has it, too. */
const usualPort = '4318';
const patienceMs = 3000;

export interface OtlpEndpoint {
  endpoint: string;
  /** What stands behind it, in words. */
  why: string;
}

/** Where the client has to send telemetry to, in the mode that runs now; the stack may publish its collector elsewhere. */
export async function findOtlpEndpoint(service: Service, collectorPort = usualPort): Promise<OtlpEndpoint> {
  const { protocol, hostname } = new URL(service.url);
  const isPlain = protocol === 'http:';
  const at = (port: number | string) => `${protocol}//${hostname}:${port}`;
  // A token that only sends is not told the status.
  const status = await service.get('/api/status', serviceStatusSchema).catch((error: unknown) => {
    if (error instanceof Problem) return undefined;
    throw error;
  });
  if (!status && isPlain && !(await answers(service)))
    return { endpoint: at(usualPort), why: 'the usual port; no service has said another' };
  if (typeof status?.otlpPort === 'number' && isPlain)
    return { endpoint: at(status.otlpPort), why: `the service ${status.version}` };
  if (await takesOtlp(at(collectorPort), service.token))
    return { endpoint: at(collectorPort), why: 'the collector beside the service' };
  // A proxy with TLS in front, or a port that somebody else had: the service takes telemetry at its own address, too.
  return { endpoint: service.url, why: status ? `the service ${status.version} itself` : 'its own address' };
}

async function answers(service: Service): Promise<boolean> {
  return service.ask('/healthz').then(
    () => true,
    () => false,
  );
}

async function takesOtlp(endpoint: string, token: string | undefined): Promise<boolean> {
  const asked = {
    ...{ method: 'POST', body: '{}', signal: AbortSignal.timeout(patienceMs) },
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  };
  const answer = await fetch(`${endpoint}/v1/metrics`, asked).catch(() => undefined);
  return answer?.ok === true;
}
