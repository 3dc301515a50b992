/** What went wrong, in words for the user: no stack trace. */
export class Problem extends Error {
  override name = 'Problem';
  readonly exitCode: 1 | 2;

  /** 1: it did not work out. 2: it was asked for in a way that cannot work. */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
