import { join } from 'node:path';
import { createGroupCommit } from '../../apps/server/dist/store/group-commit.js';
import { openDatabase } from '../../apps/server/dist/store/open.js';
import { listen, readBody } from './serve.mjs';

/** Stores bodies as they are: every request if not `isOnce`, else every id. Transactions and headers as in the service. */
export function storeBodies({ isOnce }) {
  const { database } = openDatabase(join(process.env.BENCH_FOLDER, 'limit.db'));
  database.exec(
    `CREATE TABLE bodies (seq INTEGER PRIMARY KEY, ${isOnce ? 'id TEXT NOT NULL UNIQUE,' : ''} body BLOB NOT NULL)`,
  );
  const insert = database.prepare(
    isOnce
      ? 'INSERT INTO bodies (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING'
      : 'INSERT INTO bodies (body) VALUES (?)',
  );
  const commits = createGroupCommit(database, { beforeCommit() {}, afterRollback() {}, errorOf: (error) => error });

  listen(async (request, response) => {
    const { 'telltale-event-id': id } = request.headers;
    const body = await readBody(request);
    await commits.run(() => (isOnce ? insert.run(id, body) : insert.run(body)), { isAtomic: true });
    response.end();
  });
}
