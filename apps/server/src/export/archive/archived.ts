import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Which state of each session has been archived, so that a restart archives only what is new. */
export interface Archived {
  /** Something was archived there before. */
  wasUsed: boolean;
  stampOf(sessionId: string): string | undefined;
  note(sessionId: string, stamp: string): void;
}

/** Kept in a file with a line per document; a file for another destination is begun anew. */
export function createArchived(file: string, destination: string): Archived {
  const stamps = read(file, destination);
  const partial = `${file}.partial`;
  const lines = [{ to: destination }, ...Array.from(stamps, ([id, stamp]) => ({ id, stamp }))];
  writeFileSync(partial, lines.map(lineOf).join(''), { mode: 0o600 });
  renameSync(partial, file);
  return {
    wasUsed: stamps.size > 0,
    stampOf: (sessionId) => stamps.get(sessionId),
    note(id, stamp) {
      stamps.set(id, stamp);
      appendFileSync(file, lineOf({ id, stamp }));
    },
  };
}

function read(file: string, destination: string): Map<string, string> {
  const stamps = new Map<string, string>();
  const [head, ...lines] = textOf(file).split('\n').map(parse);
  if (head?.to !== destination) return stamps;
  for (const line of lines) if (line?.id !== undefined && line.stamp !== undefined) stamps.set(line.id, line.stamp);
  return stamps;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not there yet: nothing has been archived.
    return '';
  }
}

interface Line {
  to?: string;
  id?: string;
  stamp?: string;
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    // The last line may be half written; its session is archived once more.
    return undefined;
  }
}

function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
