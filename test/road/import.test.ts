import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { discoverySchema, importStatusSchema } from '@telltale/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requires } from '../requires.ts';
import { root, startService } from '../service.ts';

const docs = readFileSync(join(root, 'docs/archive.md'), 'utf8');
/** Every command of a shell that the page shows, in its order. */
const commands = [...docs.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
const discover = /`(curl [^`]*\/discover)`/.exec(docs)?.[1] ?? '';

describe.runIf(requires('curl'))('the commands of docs/archive.md', () => {
  it('import everything that lies there, and say when it is over', async () => {
    const home = mkdtempSync(join(tmpdir(), 'telltale-import-'));
    onTestFinished(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
    const claude = join(home, 'claude');
    for (const name of ['hello', 'subagents', 'tools'])
      cpSync(join(root, 'packages/core/fixtures/transcripts', name), join(claude, 'projects', `-home-dev-${name}`), {
        recursive: true,
      });
    const service = await startService({ home, env: { CLAUDE_CONFIG_DIR: claude } });
    onTestFinished(() => service.stop().then(() => undefined));
    const run = async (command: string) => {
      const { stdout } = await promisify(execFile)('sh', [
        '-c',
        command.replaceAll('http://localhost:4000', service.url),
      ]);
      return JSON.parse(stdout) as unknown;
    };
    expect(discoverySchema.parse(await run(discover))).toMatchObject({ isThere: true, sessions: 3, here: 0 });
    const [start = '', wait = '', ...others] = commands;
    expect(others).toEqual([]);
    expect(importStatusSchema.parse(await run(start)).state).toBe('running');
    expect(importStatusSchema.parse(await run(wait))).toMatchObject({ state: 'done', sessions: 3, skipped: 0 });
    expect(discoverySchema.parse(await run(discover))).toMatchObject({ sessions: 3, here: 3, bytesLacking: 0 });
    expect((await service.sessions()).length).toBe(3);
  });
});
