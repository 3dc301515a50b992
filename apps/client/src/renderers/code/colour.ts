import { type CodeLine, mostCharacters } from './code-line.ts';
import type { LanguageName } from './language-names.ts';
import { type PackedRuns, unpackRuns } from './packed-runs.ts';

export interface ColourRequest {
  id: number;
  code: string;
  language: LanguageName;
}

export interface ColourAnswer {
  id: number;
  packed: PackedRuns | undefined;
}

const waiting = new Map<number, (packed: PackedRuns | undefined) => void>();
let worker: Worker | undefined;
let asked = 0;

/** The lines of a code with their colours, made by a worker; nothing where it stays plain. */
export async function colour(code: string, language: LanguageName | undefined): Promise<CodeLine[] | undefined> {
  if (language === undefined || code.length > mostCharacters) return undefined;
  worker ??= start();
  const id = ++asked;
  const answer = new Promise<PackedRuns | undefined>((answered) => waiting.set(id, answered));
  worker.postMessage({ id, code, language } satisfies ColourRequest);
  const packed = await answer;
  return packed && unpackRuns(code, packed);
}

function start(): Worker {
  const started = new Worker(new URL('./colour-worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data: { id, packed } }: MessageEvent<ColourAnswer>) => settle(id, packed));
  // The service is of another version and its files have other names: everything stays plain until a reload.
  started.addEventListener('error', () => {
    for (const id of [...waiting.keys()]) settle(id, undefined);
  });
  return started;
}

function settle(id: number, packed: PackedRuns | undefined): void {
  waiting.get(id)?.(packed);
  waiting.delete(id);
}
