// The storage limit: bare node:http and the service's own group commit, with its own settings of SQLite, of the body as
// it is and nothing else. What is measured against it is everything that Telltale does beside storing.
import { join } from 'node:path';
import { createGroupCommit } from '../../apps/server/dist/store/group-commit.js';
import { openDatabase } from '../../apps/server/dist/store/open.js';
import { listen, readBody } from './serve.mjs';

const { database } = openDatabase(join(process.env.BENCH_FOLDER, 'limit.db'));
database.exec('CREATE TABLE bodies (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)');
const insert = database.prepare('INSERT INTO bodies (body) VALUES (?)');
const commits = createGroupCommit(database, { beforeCommit() {}, afterRollback() {}, errorOf: (error) => error });

listen(async (request, response) => {
  const body = await readBody(request);
  await commits.run(() => insert.run(body), { isAtomic: true });
  response.end();
});
