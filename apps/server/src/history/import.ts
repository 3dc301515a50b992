import { join } from 'node:path';
import type { ImportStatus } from '@telltale/core';
import { listTranscripts } from './list.ts';
import { type LocalTranscript, type TranscriptDoor, takeMetaFile, takeTranscriptFile } from './transcript-file.ts';

export interface HistoryImportOptions {
  /** Claude Code's own folder; its `projects` holds the transcripts. */
  claudeFolder: string;
  door: TranscriptDoor;
  now?: () => number;
}

export interface HistoryImport {
  status(): ImportStatus;
  /** Starts reading the last days; while one runs, that one goes on. */
  start(days: number): ImportStatus;
  /** Ends after the slice at hand. */
  stop(): Promise<void>;
}

const dayMs = 86_400_000;

/** "Show my last 7 days": reads the transcripts that Claude Code keeps. Reading twice stores nothing twice. */
export function createHistoryImport({ claudeFolder, door, now = Date.now }: HistoryImportOptions): HistoryImport {
  const folder = join(claudeFolder, 'projects');
  let status: ImportStatus = { state: 'idle', folder, days: 7, filesFound: 0, filesDone: 0, sessions: 0, entries: 0 };
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function run(days: number): Promise<void> {
    const transcripts = await listTranscripts(folder, now() - days * dayMs);
    status = { ...status, filesFound: transcripts.length };
    const sessions = new Set<string>();
    const unreadable: string[] = [];
    for (const transcript of transcripts) {
      if (isStopped) break;
      const entries = await takeBoth(transcript, door).catch((error: unknown) => {
        unreadable.push(`${transcript.path}: ${error instanceof Error ? error.message : error}`);
        return 0;
      });
      sessions.add(transcript.sessionId);
      const { filesDone } = status;
      status = { ...status, filesDone: filesDone + 1, sessions: sessions.size, entries: status.entries + entries };
    }
    const [first] = unreadable;
    const error = first && `${unreadable.length} of ${transcripts.length} files could not be read, first ${first}`;
    status = { ...status, state: first ? 'failed' : 'done', ...(error && { error }) };
  }

  return {
    status: () => status,
    start(days) {
      if (status.state === 'running') return status;
      status = { state: 'running', folder, days, filesFound: 0, filesDone: 0, sessions: 0, entries: 0 };
      running = run(days).catch((error: unknown) => {
        status = { ...status, state: 'failed', error: error instanceof Error ? error.message : String(error) };
      });
      return status;
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
