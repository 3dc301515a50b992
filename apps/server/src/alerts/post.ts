import { SendProblem } from './send-problem.ts';

/** So long an answer may take. */
const answerMs = 10_000;

export async function postJson(
  url: string,
  body: string,
  { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const timeout = AbortSignal.timeout(answerMs);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'telltale', ...headers },
    body,
    // Whoever redirects may send it anywhere.
    redirect: 'manual',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  await response.body?.cancel();
  if (!response.ok) throw new SendProblem(`it answered ${response.status}`);
}
