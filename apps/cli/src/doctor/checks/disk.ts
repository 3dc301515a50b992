import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sizeWords } from '@telltale/core';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';

const [fewBytes, tooFewBytes] = [1_000_000_000, 50_000_000];

export const disk: Check = {
  title: 'disk',
  look: ({ home }) => findingOf(freeBytes(home), home),
};

export function findingOf(free: number, home: string) {
  const said = `${sizeWords(free)} are free where ${home} is.`;
  if (free < tooFewBytes) return failed(said, 'Make room: hooks cannot keep events, nor the service store them.');
  return free < fewBytes ? warning(said, 'Make room, or let Telltale keep less: docs/run-as-a-service.md.') : ok(said);
}

function freeBytes(folder: string): number {
  if (!existsSync(folder)) return freeBytes(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
