import { ArrowRight, Plug, SquareTerminal, Wrench } from '@lucide/vue';
import { expect, it } from 'vitest';
import { glyphOf } from './glyphs.ts';

it('has an icon for every name, also one that every object has', () => {
  const tools = ['Bash', 'mcp__docs__search', 'Unheard', 'constructor'].map((tool) => glyphOf('PreToolUse', tool));
  expect(tools).toEqual([SquareTerminal, Plug, Wrench, Wrench]);
  expect(['Unheard', 'constructor', 'toString'].map((name) => glyphOf(name))).toEqual(Array(3).fill(ArrowRight));
});
