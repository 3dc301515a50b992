import { expect, it } from 'vitest';
import { textSeparator, textsOf } from './payloads.ts';
import { textsIn } from './texts.ts';

it.each([[['one']], [['one', 'zwölf – “three”', '', '🦭 four']], [['']], [['', '']]])('finds each of %j', (texts) => {
  const data = Buffer.from(texts.join(textSeparator));
  const found = textsIn(data);
  expect(texts.map((_, slot) => found.at(slot))).toEqual(texts);
  expect([found.at(texts.length), found.at(-1)]).toEqual([undefined, undefined]);
  expect(textsOf(data)).toEqual(texts);
});
