import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool, type Delivery, type Spool } from './spool.ts';

const url = 'http://127.0.0.1:4000';

describe('the spool of this machine', () => {
  let folder: string;
  let own: string;
  let spool: Spool | undefined;
  let delivered: { body: string; head: string; at: string }[];
  let transcripts: string[];
  let problems: string[];
  let isFull: boolean;
  /** Events that were handed over and not yet settled, at most. */
  let mostAtOnce: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'telltale-spool-'));
    own = join(folder, '1-1');
    for (const part of ['rejected', 'transcripts']) mkdirSync(join(own, part), { recursive: true });
    writeFileSync(join(own, 'url'), `${url}\n`);
    [delivered, transcripts, problems] = [[], [], []];
    [isFull, mostAtOnce] = [false, 0];
  });
  afterEach(async () => {
    await spool?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(delivery: (body: string) => Delivery = () => 'stored'): void {
    let atOnce = 0;
    spool = createSpool({
      folder,
      urls: [url],
      everyMs: 20,
      onProblem: (problem) => problems.push(problem),
      async deliver(body, head, at) {
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        await new Promise((done) => setImmediate(done));
        atOnce--;
        const result = delivery(body.toString());
        if (result === 'stored') delivered.push({ body: body.toString(), head, at });
        return result;
      },
      async takeTranscript(sessionId, path, app) {
        if (isFull) throw new Error('the disk is full');
        transcripts.push(`${sessionId} ${path} ${app}`);
      },
    });
    spool.start();
  }
  /** As hooks leave them: the body by name of time, the headers by name of the invocation. */
  function leave(n: number, body = `{"n":${n}}`): void {
    writeFileSync(join(own, `77-${n}.head`), `telltale-event-id: e${n}\n`);
    writeFileSync(join(own, `179525229470000000${n}-77-${n}.json`), body);
  }
  const left = () => readdirSync(own).filter((name) => /^\d/.test(name));
  async function until(claim: () => boolean): Promise<void> {
    for (const end = Date.now() + 50_000; !claim(); ) {
      if (Date.now() > end) throw new Error(`not within 50 s; left: ${left()}, problems: ${problems}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  it('takes what lies there at the start, oldest first, with headers and time', async () => {
    for (const n of [3, 1, 2]) leave(n);
    open();
    await until(() => left().length === 0);
    expect(delivered).toEqual(
      [1, 2, 3].map((n) => ({
        body: `{"n":${n}}`,
        head: `telltale-event-id: e${n}\n`,
        at: '2026-11-21T09:11:34.700Z',
      })),
    );
    await until(() => existsSync(join(own, 'delivered')) && !existsSync(join(own, 'lock')));
  });

  it('moves what can never succeed to rejected/, and leaves what has to wait', async () => {
    for (const n of [1, 2]) leave(n);
    open((body) => (body.includes('1') ? 'rejected' : 'later'));
    await until(() => readdirSync(join(own, 'rejected')).length === 2);
    expect(left()).toEqual(['1795252294700000002-77-2.json', '77-2.head']);
    expect(await spool?.backlog()).toEqual({ items: 1, dropped: 0 });
  });

  it('keeps the newest of what was rejected', async () => {
    for (const n of [1, 2, 3]) leave(n, 'x'.repeat(7 << 20));
    open(() => 'rejected');
    await until(() => left().length === 0);
    await spool?.stop();
    expect(readdirSync(join(own, 'rejected')).sort()).toEqual(
      [2, 3].flatMap((n) => [`179525229470000000${n}-77-${n}.json`, `77-${n}.head`]).sort(),
    );
  });

  it('publishes what a killed hook left complete', async () => {
    writeFileSync(join(own, '78-9.tmp'), '{"n":9}');
    writeFileSync(join(own, '78-9.head'), 'telltale-event-id: e9\n');
    writeFileSync(join(own, '79-9.tmp'), '{"n":');
    utimesSync(join(own, '78-9.tmp'), 1_795_252_294.7, 1_795_252_294.7);
    open();
    await until(() => left().length === 1);
    expect(delivered).toEqual([{ body: '{"n":9}', head: 'telltale-event-id: e9\n', at: '2026-11-21T09:11:34.700Z' }]);
    expect(left()).toEqual(['79-9.tmp']);
  });

  it('leaves other destinations alone', async () => {
    leave(1);
    writeFileSync(join(own, 'url'), 'http://elsewhere:4000\n');
    open();
    await new Promise((done) => setTimeout(done, 100));
    expect(left().length).toBe(2);
  });

  it('leaves the work to a living sender, and takes over from a dead one', async () => {
    leave(1);
    mkdirSync(join(own, 'lock'));
    const owner = join(own, 'lock', 'owner');
    writeFileSync(owner, `${process.ppid} ${Math.floor(Date.now() / 1000)}\n`);
    open();
    await new Promise((done) => setTimeout(done, 150));
    expect(left().length).toBe(2);
    expect(readFileSync(owner, 'utf8')).toContain(`${process.ppid} `);
    writeFileSync(owner, `${process.ppid} ${Math.floor(Date.now() / 1000) - 61}\n`);
    await until(() => left().length === 0);
  });

  it('brings transcripts that were left unfinished', async () => {
    writeFileSync(join(own, 'transcripts', 's1'), '/p/s1.jsonl\nshop\n');
    open();
    await until(() => transcripts.length > 0);
    expect(transcripts[0]).toBe('s1 /p/s1.jsonl shop');
  });

  it('brings a transcript later that could not be stored, also when its session has ended', async () => {
    const record = join(own, 'transcripts', 's1');
    const file = join(folder, 's1.jsonl');
    writeFileSync(file, '{}\n');
    writeFileSync(record, `${file}\nshop\n`);
    for (const mark of ['due', 'end']) writeFileSync(`${record}.${mark}`, '');
    isFull = true;
    open();
    await until(() => problems.length > 0 && existsSync(`${record}.due`));
    isFull = false;
    utimesSync(`${record}.due`, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
    await until(() => !existsSync(record));
    expect(transcripts).toEqual([`s1 ${file} shop`]);
  });

  it('reads small events together and large ones one by one', async () => {
    for (const n of [1, 2, 3]) leave(n);
    open();
    await until(() => left().length === 0);
    expect(mostAtOnce).toBe(3);
    await spool?.stop();
    mostAtOnce = 0;
    for (const n of [4, 5, 6]) leave(n, 'x'.repeat(5 << 20));
    open();
    await until(() => left().length === 0);
    expect([delivered.length, mostAtOnce]).toEqual([6, 1]);
  });
});
