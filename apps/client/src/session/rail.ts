import { itemLine, turnLine } from '@telltale/core/story';
import { plural } from '../words/amount.ts';
import { hasFailed } from './rows.ts';
import type { StoryIndex } from './story-index.ts';

/** A place to jump to, beside the story. */
export interface RailMark {
  key: string;
  kind: 'prompt' | 'failure';
  /** `3`, `1–5`: numbers of typed prompts. */
  number: string;
  words: string;
  /** Key of the row it leads to. */
  target: string;
  /** First and last turn it stands for. */
  turns: readonly [number, number];
}

export const mostMarks = 40;

/** Prompts and failures; where they are too many, failures of a turn are put together, then turns. */
export function railMarks(index: StoryIndex): RailMark[] {
  const turns = turnsOf(index);
  const single = turns.flatMap((turn) => [promptMark(turn), ...turn.failures]);
  if (single.length <= mostMarks) return single;
  const counted = turns.flatMap((turn) => [promptMark(turn), ...countedFailures(turn)]);
  if (counted.length <= mostMarks) return counted;
  const size = Math.ceil(turns.length / mostMarks);
  if (size === 1) return turns.map((turn) => clusterOf([turn]));
  const clusters: RailMark[] = [];
  for (let at = 0; at < turns.length; at += size) clusters.push(clusterOf(turns.slice(at, at + size)));
  return clusters;
}

interface RailTurn {
  turn: number;
  key: string;
  number: number | undefined;
  words: string;
  failures: RailMark[];
}

function turnsOf(index: StoryIndex): RailTurn[] {
  const failures = new Map<number, RailMark[]>();
  for (const { key, item, turn } of index.nodes) {
    if (!hasFailed(item)) continue;
    const mark: RailMark = {
      key: `rail:${key}`,
      kind: 'failure',
      number: '',
      words: itemLine(item),
      target: key,
      turns: [turn, turn],
    };
    failures.set(turn, [...(failures.get(turn) ?? []), mark]);
  }
  return index.story.turns.map((told, turn) => ({
    turn,
    key: index.turnKey(turn),
    number: told.number,
    words: turnLine(told),
    failures: failures.get(turn) ?? [],
  }));
}

function promptMark({ turn, key, number, words }: RailTurn): RailMark {
  return {
    key: `rail:${key}`,
    kind: 'prompt',
    number: number === undefined ? '' : String(number),
    words,
    target: key,
    turns: [turn, turn],
  };
}

function countedFailures({ failures }: RailTurn): RailMark[] {
  const [first] = failures;
  return !first || failures.length === 1 ? failures : [{ ...first, words: `${failures.length} failed` }];
}

function clusterOf(turns: readonly RailTurn[]): RailMark {
  const first = turns[0];
  const last = turns.at(-1);
  const failed = turns.reduce((sum, turn) => sum + turn.failures.length, 0);
  const numbers = turns.flatMap(({ number }) => (number === undefined ? [] : [number]));
  const [from, to] = [numbers[0], numbers.at(-1)];
  const number = from === undefined ? '' : from === to ? String(from) : `${from}–${to}`;
  const others = turns.length > 1 ? ` and ${plural(turns.length - 1, 'more', 'more')}` : '';
  return {
    key: `rail:${first?.key}`,
    kind: 'prompt',
    number,
    words: `${failed > 0 ? `✕ ${failed} · ` : ''}${first?.words ?? ''}${others}`,
    target: first?.key ?? '',
    turns: [first?.turn ?? 0, last?.turn ?? 0],
  };
}
