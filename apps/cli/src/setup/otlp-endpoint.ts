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
  const url = new URL(service.url);
  const at = (port: number | string) => `http://${url.hostname}:${port}`;
  const status = await service.get('/api/status', serviceStatusSchema).catch((error: unknown) => {
    if (error instanceof Problem) return undefined;
    throw error;
  });
  if (!status && url.protocol === 'http:')
    return { endpoint: at(usualPort), why: 'the usual port; no service has said another' };
  if (!status) return { endpoint: service.url, why: 'its own address' };
  const { otlpPort } = status;
  if (typeof otlpPort === 'number' && url.protocol === 'http:')
    return { endpoint: at(otlpPort), why: `the service ${status.version}` };
  if (url.protocol === 'http:' && (await takesOtlp(at(collectorPort))))
    return { endpoint: at(collectorPort), why: 'the collector beside the service' };
  // A proxy with TLS in front, or a port that somebody else had: the service takes telemetry at its own address, too.
  return { endpoint: service.url, why: `the service ${status.version} itself` };
}

async function takesOtlp(endpoint: string): Promise<boolean> {
  const asked = {
    ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
    signal: AbortSignal.timeout(patienceMs),
  };
  const answer = await fetch(`${endpoint}/v1/metrics`, asked).catch(() => undefined);
  return answer?.ok === true;
}
