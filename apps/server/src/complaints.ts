/** Says a problem once, and once more when it is over: a broken part must not fill the log. */
export interface Complaints {
  raise(part: string, problem: string): void;
  settle(part: string): void;
  /** What is wrong with it now. */
  problemOf(part: string): string | undefined;
}

export function createComplaints(print: (line: string) => void): Complaints {
  const open = new Map<string, string>();
  return {
    raise(part, problem) {
      if (open.get(part) === problem) return;
      open.set(part, problem);
      print(`${part}: ${problem}`);
    },
    settle(part) {
      if (open.delete(part)) print(`${part}: works again`);
    },
    problemOf: (part) => open.get(part),
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
