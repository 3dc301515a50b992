import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TranscriptEntry } from '@telltale/core';
import type { Service } from '../service.ts';
import { waitFor } from '../wait.ts';

/** One transcript file as the client wrote it. */
export interface WrittenTranscript {
  sessionId: string;
  /** A subagent's file, beside the session's own. */
  agentId: string | undefined;
  /** The call that started the subagent, as the file beside its transcript says. */
  toolUseId: string | undefined;
  lines: object[];
}

export function writtenTranscripts(folder: string): WrittenTranscript[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => {
      const [, session, agents] = path.split(/[/\\]/);
      const isAgent = agents === 'subagents';
      const name = basename(path, '.jsonl');
      return {
        sessionId: isAgent ? String(session) : name,
        agentId: isAgent ? name.replace(/^agent-/, '') : undefined,
        toolUseId: toolUseIdIn(join(folder, path.replace(/\.jsonl$/, '.meta.json'))),
        lines: readFileSync(join(folder, path), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      };
    });
}

/** The same file as the service holds it, once all of it should have come: the sender asks again for two seconds. */
export async function storedTranscript(service: Service, written: WrittenTranscript): Promise<WrittenTranscript> {
  const { sessionId, agentId } = written;
  const stored: WrittenTranscript = { sessionId, agentId, toolUseId: undefined, lines: [] };
  const isWhole = async () => {
    const entries = (await service.transcript(sessionId)).entries.filter((entry) => entry.agentId === agentId);
    stored.toolUseId = entries.find(isMeta)?.line.toolUseId as string | undefined;
    stored.lines = entries.filter((entry) => !isMeta(entry)).map((entry) => entry.line);
    return stored.lines.length >= written.lines.length && stored.toolUseId === written.toolUseId;
  };
  await waitFor('the transcript', isWhole, 20_000).catch(() => undefined); // the caller compares and tells
  return stored;
}

const isMeta = (entry: TranscriptEntry): boolean => entry.type === 'agent-meta';

function toolUseIdIn(path: string): string | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { toolUseId?: string }).toolUseId : undefined;
}
