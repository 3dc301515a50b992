import { dirname } from 'node:path';
import { prepare } from '../scripts/prepare.mjs';

/** Whole processes run what was built: a change of the service's sources is in it, whoever started the tests. */
export default async function setup() {
  const problem = await prepare(dirname(import.meta.dirname), console.log, { parts: ['service'] });
  if (problem !== undefined) throw new Error(problem);
}
