import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amsIndexSchema, amsSessionSchema } from '@telltale/core/export';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requiresS3 } from '../requires.ts';
import { type Service, startService } from '../service.ts';
import { waitFor } from '../wait.ts';
import { accessKey, createS3Server, type S3Server, secretKey } from './s3-server.ts';

const startedAt = '2026-11-20T10:00:00.000Z';
const bucket = 'traces';

describe.skipIf(!(await requiresS3()))('an archive in S3', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-s3-'));
  let s3: S3Server;
  let service: Service | undefined;
  let made = 0;

  beforeAll(async () => {
    s3 = await createS3Server(folder);
    await s3.start();
    await s3.makeBucket(bucket);
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });
  afterAll(async () => {
    await s3?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function archiving(prefix: string, env: Record<string, string> = {}): Promise<Service> {
    service = await startService({
      home: join(folder, `home-${++made}`),
      env: {
        ...{ TELLTALE_ARCHIVE: `s3://${bucket}/${prefix}`, TELLTALE_ARCHIVE_ENDPOINT: s3.url },
        ...{ TELLTALE_ARCHIVE_REGION: 'us-east-1', TELLTALE_ENVIRONMENT: 'staging' },
        ...{ AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, ...env },
      },
    });
    return service;
  }

  it('has each session by its day and a small index of it, and the newer document when it goes on', async () => {
    const { url } = await archiving('ams/team');
    await play(url, 's-1', 'hello');
    await play(url, 's-2', 'world');
    const keys = ['s-1', 's-2'].flatMap((id) => [
      `ams/team/index/${id}.json`,
      `ams/team/sessions/2026/11/20/${id}.json`,
    ]);
    await waitFor('the documents', async () => (await mine('ams/team')).length === 4);
    expect(await mine('ams/team')).toEqual(keys.sort());
    const { text, type } = await s3.read(bucket, 'ams/team/index/s-1.json');
    const index = amsIndexSchema.parse(JSON.parse(text));
    expect([type, index.title, index.environment, index.status]).toEqual([
      'application/json',
      'hello',
      'staging',
      'ended',
    ]);
    expect(index.key).toBe('ams/team/sessions/2026/11/20/s-1.json');
    expect((await document(index.key)).events.map((event) => event.type)).toEqual(['user_prompt']);

    await play(url, 's-1', 'and on');
    await waitFor('the newer document', async () => (await document(index.key)).totals.prompts === 2);
  });

  it('gets what ended while it was away, and ingest does not notice', async () => {
    const { url, get } = await archiving('away');
    await s3.stop();
    try {
      for (let n = 0; n < 20; n++) await play(url, `away-${n}`, `number ${n}`);
      const problem = await waitFor('the notice', async () => (await get<Status>('/api/status')).archiveProblem);
      expect(problem).toMatch(/^s3:\/\/traces\/away at http:.* takes no sessions now, \d+ wait: .*ECONNREFUSED/);
      expect((await get<Status>('/api/status')).sessions).toBe(20);
    } finally {
      await s3.start();
    }
    await waitFor('all documents', async () => (await mine('away')).length === 40, 90_000);
    await waitFor('the notice to go', async () => (await get<Status>('/api/status')).archiveProblem === undefined);
  });

  it('is not written by the wrong secret, and the page is told why', async () => {
    const { url, get } = await archiving('refused', { AWS_SECRET_ACCESS_KEY: 'another-one-that-is-wrong' });
    await play(url, 's-1', 'hello');
    const problem = await waitFor('the notice', async () => (await get<Status>('/api/status')).archiveProblem);
    expect(problem).toContain('SignatureDoesNotMatch');
    expect(problem).not.toContain('another-one-that-is-wrong');
    expect(await mine('refused')).toEqual([]);
  });

  async function mine(prefix: string): Promise<string[]> {
    return (await s3.keys(bucket)).filter((key) => key.startsWith(`${prefix}/`));
  }

  async function document(key: string) {
    return amsSessionSchema.parse(JSON.parse((await s3.read(bucket, key)).text));
  }
});

interface Status {
  sessions: number;
  archiveProblem?: string;
}

async function play(url: string, id: string, prompt: string): Promise<void> {
  const send = async (name: string, more: object, at = new Date().toISOString()) => {
    const response = await fetch(`${url}/ingest/hook`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', 'telltale-at': at } },
      body: JSON.stringify({ session_id: id, cwd: '/home/dev/shop', hook_event_name: name, ...more }),
    });
    expect(response.status).toBe(200);
  };
  await send('SessionStart', { source: 'startup' }, startedAt);
  await send('UserPromptSubmit', { prompt });
  await send('SessionEnd', { reason: 'exit' });
}
