import { expect, it } from 'vitest';
import { tokenOf, wayOn } from './go-sign-in.ts';

const origin = 'https://telltale.example';

it.each([
  ['', '/'],
  ['?to=%2Fsessions%2Fs-1%3Fview%3Dcost', '/sessions/s-1?view=cost'],
  ['?to=https%3A%2F%2Fevil.example%2F', '/'],
  ['?to=%2F%2Fevil.example%2Fx', '/'],
  ['?to=%2F%5Cevil.example', '/'],
  ['?to=javascript%3Aalert(1)', '/'],
  ['?to=%2Fsign-in%3Fto%3D%2Fx', '/'],
  ['?to=sessions', '/'],
])('goes on from %j to %s', (search, to) => expect(wayOn(search, origin)).toBe(to));

it.each([
  ['#token=ttk_a-b_c', 'ttk_a-b_c'],
  ['#x=1&token=ttk_a', 'ttk_a'],
  ['#', ''],
  ['', ''],
])('finds in %j the token %j', (hash, token) => expect(tokenOf(hash)).toBe(token));
