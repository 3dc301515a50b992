// Runs beside the page: compiling a grammar takes longer than a frame may.

import type { ColourAnswer, ColourRequest } from './colour.ts';
import { highlight } from './highlight.ts';
import { packRuns } from './packed-runs.ts';

addEventListener('message', async ({ data }: MessageEvent<ColourRequest>) => {
  const { id, code, language } = data;
  // Without the grammar (offline after an update) the code stays plain.
  const lines = await highlight(code, language).catch(() => undefined);
  const packed = lines && packRuns(code, lines);
  const answer: ColourAnswer = { id, packed };
  postMessage(answer, { transfer: packed ? [packed.runs.buffer] : [] });
});
