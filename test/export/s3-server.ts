import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../ports.ts';
import { s3ServerBinary } from '../stack/binaries.ts';
import { waitFor } from '../wait.ts';

export const accessKey = 'TESTACCESSKEY';
/** Made up, and of one word so that nobody takes it for a key that leaked. */
export const secretKey = 'not-a-secret-but-long-enough';

/** A real server of S3 on a folder and a port of its own; it checks every signature. */
export interface S3Server {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  makeBucket(name: string): Promise<void>;
  keys(bucket: string): Promise<string[]>;
  read(bucket: string, key: string): Promise<{ text: string; type: string | undefined }>;
}

export async function createS3Server(folder: string): Promise<S3Server> {
  const binary = await s3ServerBinary();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [data, facts] = [join(folder, 'data'), join(folder, 'facts')];
  for (const made of [data, facts]) mkdirSync(made, { recursive: true });
  const client = new S3Client({
    ...{ endpoint: url, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  let child: ChildProcess | undefined;

  const keys: S3Server['keys'] = async (bucket) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.flatMap(({ Key }) => Key ?? []).sort();
  };

  return {
    url,
    keys,
    async start() {
      let printed = '';
      const started = spawn(
        binary,
        // What it knows of an object beside its bytes lies in files: not every disk has extended attributes.
        [
          ...['--port', `127.0.0.1:${port}`, '--access', accessKey, '--secret', secretKey],
          'posix',
          '--sidecar',
          facts,
          data,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '', HOME: folder } },
      );
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          printed += text;
        });
      }
      await waitFor('the S3 server', async () => {
        if (started.exitCode !== null) throw new Error(`it ended with ${started.exitCode}: ${printed}`);
        return (await fetch(url)).status > 0;
      });
    },
    async stop() {
      const ending = child;
      child = undefined;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      const gone = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGKILL');
      await gone;
    },
    async makeBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    async read(bucket, key) {
      const { Body, ContentType } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { text: (await Body?.transformToString()) ?? '', type: ContentType };
    },
  };
}
