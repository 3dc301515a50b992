/** What came back, in words that name no address and no secret. */
export class SendProblem extends Error {
  override name = 'SendProblem';
}

/** The code of what failed, and nothing of its text: addresses and passwords stand there. */
export function problemOf(error: unknown): string {
  if (error instanceof SendProblem) return error.message;
  const { name, code, responseCode, cause } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    responseCode?: unknown;
    cause?: { code?: unknown };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  if (typeof responseCode === 'number') return `the mail server answered ${responseCode}`;
  const told = [code, cause?.code].find((one) => typeof one === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(one));
  return told === undefined ? 'it could not be reached' : `it could not be reached (${told})`;
}
