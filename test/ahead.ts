// What the tests need and this machine has not got yet is made while others run: `npm test` begins it after the install
// and gives it the processor time that nobody else wants. Tests that come to need it wait for it; why something cannot
// be had, they tell themselves.
import { constants, setPriority } from 'node:os';
import { claudeBinary } from './client/binary.ts';
import { caddyBinary } from './compose/caddy.ts';
import { s3ServerBinary, stackBinaries, whyNoStack } from './stack/binaries.ts';

const tried = (made: Promise<unknown>): Promise<unknown> => made.catch(() => undefined);
await tried(claudeBinary('new'));
await tried(claudeBinary('old'));
setPriority(constants.priority.PRIORITY_LOW); // the compilers inherit it
if ((await whyNoStack()) === undefined) {
  await tried(stackBinaries());
  await tried(s3ServerBinary());
  await tried(caddyBinary());
}
