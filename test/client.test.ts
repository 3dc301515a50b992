import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClientAge } from './client/binary.ts';
import type { Recorded } from './client/recorder.ts';
import { createStage, type Stage } from './client/stage.ts';
import { requiresClaude } from './requires.ts';
import { hello } from './scenarios/hello.ts';
import { tools } from './scenarios/tools.ts';

const ages: ClientAge[] = ['new', 'old'];

/** The laboratory itself: what the witness records is what the scripted API served. */
for (const age of ages) {
  describe.runIf(await requiresClaude(age))(`the real client (${age}) before the scripted API`, () => {
    let stage: Stage;
    afterEach(() => stage.close());

    it('fires the five hooks of a hello, once each and in order', async () => {
      stage = await createStage({ age });
      await hello.play(stage);
      const names = stage.recorder.recorded().map((one) => one.name);
      expect(names).toEqual(['SessionStart', 'UserPromptSubmit', 'MessageDisplay', 'Stop', 'SessionEnd']);
    });

    it('fires for exactly the tool calls the API asked for, with their ids and inputs', async () => {
      stage = await createStage({ age });
      await tools.play(stage);
      const asked = stage.api.requests.flatMap((request) => request.calls);
      const fired = named(stage, 'PreToolUse').map(({ input }) => ({
        id: input.tool_use_id,
        name: input.tool_name,
        input: input.tool_input,
      }));
      expect(fired).toEqual(asked.map(({ id, name, input }) => ({ id, name, input })));
      const ended = [...named(stage, 'PostToolUse'), ...named(stage, 'PostToolUseFailure')];
      expect(ended.map(({ input }) => input.tool_use_id).sort()).toEqual(asked.map((call) => call.id).sort());
    });

    it('keeps every answered request in its transcript, with request id and usage', async () => {
      stage = await createStage({ age });
      await tools.play(stage);
      const written = new Map(transcriptRows(stage).flatMap((row) => (row.requestId ? [[row.requestId, row]] : [])));
      const served = stage.api.requests.filter((request) => request.kind === 'main');
      expect([...written.keys()]).toEqual(served.map((request) => request.requestId));
      expect([...written.values()].map((row) => row.message?.usage)).toEqual(
        served.map((request) => expect.objectContaining(request.usage)),
      );
      expect(new Set(served.map((request) => JSON.stringify(request.usage))).size).toBe(served.length);
    });
  });
}

const named = (stage: Stage, name: string): Recorded[] =>
  stage.recorder.recorded().filter((recorded) => recorded.name === name);

interface TranscriptRow {
  requestId?: string;
  message?: { usage?: object };
}

function transcriptRows(stage: Stage): TranscriptRow[] {
  const files = readdirSync(stage.transcripts, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(join(stage.transcripts, file), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as TranscriptRow);
}
