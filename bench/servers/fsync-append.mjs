// node:http that appends each body to a file and waits for fdatasync, one request at a time.
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { listen, readBody } from './serve.mjs';

const file = openSync(join(process.env.BENCH_FOLDER, 'append.log'), 'a');
listen(async (request, response) => {
  const body = await readBody(request);
  writeSync(file, body);
  fdatasyncSync(file);
  response.end();
});
