import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { list, runners, until } from './installs.ts';
import type { Recorded } from './recorder.ts';
import { it, type Stage } from './stage.ts';

const session = '11b2d0b6-fac0-4c64-bf1c-d36b7b08e3ed';
const line = (n: number, bytes = 10) => `${JSON.stringify({ type: 'user', n, text: 'ü'.repeat(bytes) })}\n`;

/** What the service does with transcripts: it knows each file's bytes by session, agent and first line. */
function createStore() {
  const files = new Map<string, Buffer>();
  const metas = new Map<string, string>();
  const answer = ({ method, path, body }: Recorded) => {
    const url = new URL(path, 'http://x');
    if (url.pathname !== '/ingest/transcript') return { status: 200 };
    const ask = (name: string) => url.searchParams.get(name) ?? '';
    const key = `${ask('session')}/${ask('agent')}`;
    if (ask('meta')) {
      metas.set(key, body.toString());
      return { status: 204 };
    }
    const stored = files.get(`${key}/${ask('head')}`) ?? Buffer.alloc(0);
    if (method === 'GET') return { status: 200, body: String(Number(ask('size')) < stored.length ? 0 : stored.length) };
    if (Number(ask('offset')) !== stored.length) return { status: 409, body: String(stored.length) };
    files.set(`${key}/${ask('head')}`, Buffer.concat([stored, body]));
    return { status: 204 };
  };
  const of = (agent = '') => {
    const key = [...files.keys()].find((name) => name.startsWith(`${session}/${agent}/`));
    return key === undefined ? undefined : files.get(key)?.toString();
  };
  return { answer, of, files, metas };
}

for (const runner of runners) {
  describe.concurrent(`what ${runner.name} reads in stdin`, () => {
    const path = (home: string) => join(home, 'my projects, ü.jsonl');
    const said = 'he said {"session_id":"evil","transcript_path":"/evil"} \\';
    const inner = { session_id: 'inner', transcript_path: '/inner' };
    it.for([
      ['as the client writes it', (path: string) => ({ session_id: session, transcript_path: path, cwd: '/' })],
      [
        'the other way round',
        (path: string) => ({ transcript_path: path, hook_event_name: 'Stop', session_id: session }),
      ],
      [
        'behind everything else',
        (path: string) => ({ said, list: [said, inner], inner, session_id: session, transcript_path: path }),
      ],
      [
        'beside names that are alike',
        (path: string) => ({
          agent_transcript_path: '/agent',
          x: 'transcript_path',
          transcript_path: path,
          session_id: session,
        }),
      ],
    ] as const)('finds the transcript, whatever the order: %s', async ([, body], { stage }) => {
      const server = await stage.serve();
      for (const indent of [undefined, 2]) {
        const install = stage.install(runner, { TELLTALE_URL: server.url });
        writeFileSync(path(install.home), line(1));
        await install.fire('Stop', JSON.stringify(body(path(install.home)), null, indent));
        const record = join(install.spool(), 'transcripts', session);
        await until(() => existsSync(record), 'the record');
        expect(readFileSync(record, 'utf8')).toBe(`${path(install.home)}\nshop\n`);
      }
    });

    it.for([
      ['no session', { transcript_path: '/x.jsonl' }],
      ['no path', { session_id: session, inner }],
      ['a session that would be another file', { session_id: '../x', transcript_path: '/x.jsonl' }],
      ['a list', [inner]],
    ] as const)('notes nothing where there is %s', async ([, body], { stage }) => {
      const server = await stage.serve();
      const install = stage.install(runner, { TELLTALE_URL: server.url });
      await install.fire('Stop', JSON.stringify(body));
      // It is noted before the event is published.
      await until(() => server.events().length === 1, 'the event');
      expect(list(join(install.spool(), 'transcripts'))).toEqual([]);
    });
  });
}

for (const withCurl of [true, false]) {
  describe.concurrent(`transcripts by ${withCurl ? 'send.sh' : 'send.mjs'}`, () => {
    type Store = ReturnType<typeof createStore>;

    async function setUp(stage: Stage, answer?: (request: Recorded, store: Store) => ReturnType<Store['answer']>) {
      const store = createStore();
      const server = await stage.serve((request) => (answer ? answer(request, store) : store.answer(request)));
      const shell = runners[withCurl ? 0 : runners.length - 1] as (typeof runners)[number];
      const install = stage.install(shell, { TELLTALE_URL: server.url });
      mkdirSync(join(install.home, 'projects', session, 'subagents'), { recursive: true });
      const main = join(install.home, 'projects', `${session}.jsonl`);
      const input = { session_id: session, transcript_path: main, x: '"}' };
      return {
        store,
        server,
        install,
        main,
        fire: (event: string) => install.fire(event, JSON.stringify({ ...input, hook_event_name: event })),
        gone: (hooks = 1) =>
          until(() => server.events().length >= hooks && !list(install.spool()).includes('lock'), 'the sender goes'),
      };
    }

    it('leaves no copy of what it sent, nor of what a killed sender had cut out', async ({ stage }) => {
      const { store, install, main, fire, gone } = await setUp(stage);
      const agent = join(install.home, 'projects', session, 'subagents', 'agent-a1');
      writeFileSync(main, line(0));
      writeFileSync(`${agent}.jsonl`, line(1));
      writeFileSync(`${agent}.meta.json`, '{"agentType":"Explore"}');
      await fire('Stop');
      await until(() => store.of() === line(0), 'the transcript');
      await gone();
      expect(list(install.spool()).filter((name) => /chunk|meta/.test(name))).toEqual([]);
      writeFileSync(join(install.spool(), 'chunk'), line(2));
      await fire('SessionStart');
      await gone(2);
      expect(list(install.spool()).filter((name) => withCurl && /chunk/.test(name))).toEqual([]);
    });

    it('sends what lacks, whole lines only, in chunks of at most 1 MB or one longer line', async ({ stage }) => {
      const { store, server, main, fire } = await setUp(stage);
      const lines = [line(0), ...Array.from({ length: 60 }, (_, n) => line(n, 30_000)), line(61, 900_000), line(62)];
      writeFileSync(main, `${lines.join('')}{"half":`);
      await fire('Stop');
      await until(() => store.of() === lines.join(''), 'all of it');
      const sizes = server.requests.filter(({ path }) => path.includes('offset=')).map(({ body }) => body.length);
      expect(sizes.filter((size) => size > 1_048_576)).toEqual([Buffer.byteLength(line(61, 900_000))]);
      appendFileSync(main, '1}\n');
      await fire('Stop');
      await until(() => store.of() === `${lines.join('')}{"half":1}\n`, 'the rest');
      expect(
        server.requests.filter(({ headers, path }) => path.includes('offset=') && headers['telltale-app'] !== 'shop'),
      ).toEqual([]);
    });

    it('brings what the client writes after its Stop hook', async ({ stage }) => {
      const { store, main, fire } = await setUp(stage);
      writeFileSync(main, line(1));
      await fire('Stop');
      await until(() => store.of() === line(1), 'the first line');
      appendFileSync(main, line(2));
      await until(() => store.of() === line(1) + line(2), 'the late line');
    });

    it('brings the subagents beside the session with their meta, and nothing else', async ({ stage }) => {
      const { store, install, main, fire, gone } = await setUp(stage);
      const folder = join(install.home, 'projects', session, 'subagents');
      writeFileSync(main, line(1));
      writeFileSync(join(folder, 'agent-a7d5.jsonl'), line(2));
      writeFileSync(join(folder, 'agent-a7d5.meta.json'), '{"agentType":"Explore"}');
      writeFileSync(join(folder, 'agent-$(x).jsonl'), line(3));
      writeFileSync(join(install.home, 'projects', 'another.jsonl'), line(4));
      await fire('SubagentStop');
      await until(() => store.of('a7d5') === line(2), 'the subagent');
      await gone();
      expect([...store.metas]).toEqual([[`${session}/a7d5`, '{"agentType":"Explore"}']]);
      expect([...store.files.values()].map(String)).toEqual([line(1), line(2)]);
    });

    it('starts again where the file is another or shorter one', async ({ stage }) => {
      const { store, main, fire, gone } = await setUp(stage);
      writeFileSync(main, line(1) + line(2));
      await fire('Stop');
      await until(() => store.of() === line(1) + line(2), 'the file');
      await gone();
      writeFileSync(main, line(7));
      await fire('Stop');
      await until(() => store.files.size === 2, 'the new generation');
      expect([...store.files.values()].map(String)).toEqual([line(1) + line(2), line(7)]);
    });

    it('goes on from the offset of a 409', async ({ stage }) => {
      let lies = 1;
      const { store, main, fire } = await setUp(stage, (request, store) =>
        request.method === 'GET' && lies-- > 0 ? { status: 200, body: '5' } : store.answer(request),
      );
      writeFileSync(main, line(1));
      await fire('Stop');
      await until(() => store.of() === line(1), 'the file');
    });

    it('forgets a session that ended, and keeps one that was killed for the sweep of the next SessionStart', async ({
      stage,
    }) => {
      const { store, install, main, fire, gone } = await setUp(stage);
      writeFileSync(main, line(1));
      await fire('SessionEnd');
      await until(() => store.of() === line(1), 'the file');
      await gone();
      expect(list(join(install.spool(), 'transcripts'))).toEqual([]);
      await fire('SessionStart');
      await gone(2);
      expect(list(join(install.spool(), 'transcripts'))).toEqual([session]);
      appendFileSync(main, line(2));
      const other = JSON.stringify({ session_id: 'other', transcript_path: join(install.home, 'none.jsonl') });
      await install.fire('SessionStart', other);
      await until(() => store.of() === line(1) + line(2), 'what the killed session wrote');
      await gone(3);
      expect(readFileSync(join(install.spool(), 'transcripts', session), 'utf8')).toBe(`${main}\nshop\n`);
    });

    it('tries again with the next hook where the service refused', async ({ stage }) => {
      let isHealed = false;
      const { store, install, main, fire, gone } = await setUp(stage, (request, store) =>
        request.path.includes('transcript') && !isHealed ? { status: 503 } : store.answer(request),
      );
      writeFileSync(main, line(1));
      await fire('SessionEnd');
      await gone();
      expect(list(join(install.spool(), 'transcripts'))).toEqual([session, `${session}.due`, `${session}.end`]);
      isHealed = true;
      await install.fire('PreToolUse', '{"session_id":"s"}');
      await until(() => store.of() === line(1), 'the file');
      await gone(2);
      expect(list(join(install.spool(), 'transcripts'))).toEqual([]);
    });
  });
}
