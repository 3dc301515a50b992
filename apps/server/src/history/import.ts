import { join } from 'node:path';
import type { ImportStatus } from '@telltale/core';
import type { Calm } from './calm.ts';
import { listTranscripts } from './list.ts';
import { type LocalTranscript, type TranscriptDoor, takeMetaFile, takeTranscriptFile } from './transcript-file.ts';

export interface HistoryImportOptions {
  /** Claude Code's own folder; its `projects` holds the transcripts. */
  claudeFolder: string;
  door: TranscriptDoor;
  /** Before each slice: whoever sends events comes first. */
  calm?: Calm;
  /** What is under way, so that the next start goes on with it. */
  memo?: ImportMemo;
  now?: () => number;
}

interface ImportMemo {
  get(): string | undefined;
  set(value: string | undefined): Promise<void>;
}

/** The last days, or everything where none are named. */
interface ImportScope {
  days?: number | undefined;
}

export interface HistoryImport {
  status(): ImportStatus;
  /** Starts reading; while one runs that one goes on, and a wider one follows it. */
  start(scope: ImportScope): ImportStatus;
  /** Goes on with what the end of the service broke off. */
  resume(): void;
  /** Ends after the slice at hand. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;

/** Reads the transcripts that Claude Code keeps. Reading twice stores nothing twice. */
export function createHistoryImport(options: HistoryImportOptions): HistoryImport {
  const { claudeFolder, calm, memo, now = Date.now } = options;
  const folder = join(claudeFolder, 'projects');
  const nothing = { filesFound: 0, filesDone: 0, bytesFound: 0, bytesDone: 0, sessions: 0, entries: 0, skipped: 0 };
  let status: ImportStatus = { state: 'idle', folder, days: 7, ...nothing };
  let running: Promise<void> = Promise.resolve();
  let following: ImportScope | undefined;
  let isStopped = false;

  const door: TranscriptDoor = {
    ...options.door,
    async take(chunk) {
      await calm?.wait();
      // Nothing more is read: the rest of the file is taken at the next start.
      if (isStopped) return { stored: 0, nextOffset: chunk.offset };
      return options.door.take(chunk);
    },
  };

  async function run({ days }: ImportScope): Promise<void> {
    await memo?.set(JSON.stringify(days === undefined ? {} : { days }));
    const found = await listTranscripts(folder, days === undefined ? 0 : now() - days * dayMs);
    const { transcripts, skipped } = found;
    const bytesFound = transcripts.reduce((sum, { bytes }) => sum + bytes, 0);
    status = { ...status, filesFound: transcripts.length, bytesFound, skipped };
    const sessions = new Set<string>();
    const unreadable: string[] = [];
    for (const { project: _, bytes, changedAt: __, ...transcript } of transcripts) {
      if (isStopped) return;
      const entries = await takeBoth(transcript, door).catch((error: unknown) => {
        unreadable.push(`${transcript.path}: ${messageOf(error)}`);
        return 0;
      });
      sessions.add(transcript.sessionId);
      status = {
        ...status,
        ...{ filesDone: status.filesDone + 1, bytesDone: status.bytesDone + bytes, sessions: sessions.size },
        entries: status.entries + entries,
      };
    }
    if (isStopped) return;
    await memo?.set(undefined);
    const [first] = unreadable;
    const error = first && `${unreadable.length} of ${transcripts.length} files could not be read, first ${first}`;
    status = { ...status, state: first ? 'failed' : 'done', ...(error && { error }) };
  }

  function begin(scope: ImportScope): void {
    status = { state: 'running', folder, ...(scope.days !== undefined && { days: scope.days }), ...nothing };
    running = run(scope)
      .catch((error: unknown) => {
        status = { ...status, state: 'failed', error: messageOf(error) };
      })
      .then(() => {
        const next = following;
        following = undefined;
        if (next && !isStopped) begin(next);
      });
  }

  function start(scope: ImportScope): ImportStatus {
    if (status.state !== 'running') begin(scope);
    else if (isWider(scope, status)) following = scope;
    return status;
  }

  return {
    status: () => status,
    start,
    resume() {
      const left = memo?.get();
      if (left !== undefined) start(JSON.parse(left) as ImportScope);
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

async function takeBoth(transcript: LocalTranscript, door: TranscriptDoor): Promise<number> {
  const entries = await takeTranscriptFile(transcript, door);
  await takeMetaFile(transcript, door);
  return entries;
}

function isWider(scope: ImportScope, than: ImportScope): boolean {
  return (scope.days ?? Number.POSITIVE_INFINITY) > (than.days ?? Number.POSITIVE_INFINITY);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
