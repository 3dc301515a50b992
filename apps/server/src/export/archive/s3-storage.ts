import type { S3Client } from '@aws-sdk/client-s3';
import type { ArchiveStorage } from './storage.ts';

export interface S3Options {
  bucket: string;
  prefix: string;
  /** Of what speaks S3 and is not AWS; buckets are then part of the path. */
  endpoint?: string;
  region?: string;
}

const putMs = 30_000;

/** A bucket. Credentials are those of every AWS tool: environment, profile, or the role of the machine. */
export function createS3Storage({ bucket, prefix, endpoint, region }: S3Options): ArchiveStorage {
  let client: Promise<{ s3: S3Client; sdk: typeof import('@aws-sdk/client-s3') }> | undefined;

  /** The library is large: who archives nothing does not load it. */
  async function connect() {
    const sdk = await import('@aws-sdk/client-s3');
    const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env;
    const isElsewhere = Boolean(endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL);
    const s3 = new sdk.S3Client({
      ...(endpoint !== undefined && { endpoint }),
      // Others take any name for a region, or `auto`.
      region: region || AWS_REGION || AWS_DEFAULT_REGION || (isElsewhere ? 'auto' : 'us-east-1'),
      forcePathStyle: isElsewhere,
      // Checksums that not all of them know.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // The archive tries again itself, and says meanwhile that it does.
      maxAttempts: 1,
    });
    return { s3, sdk };
  }

  return {
    name: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${endpoint === undefined ? '' : ` at ${endpoint}`}`,
    prefix,
    async put(key, body, signal) {
      client ??= connect();
      const { s3, sdk } = await client;
      const object = { Bucket: bucket, Key: key, Body: body, ContentType: 'application/json' };
      await s3.send(new sdk.PutObjectCommand(object), {
        abortSignal: AbortSignal.any([signal, AbortSignal.timeout(putMs)]),
      });
    },
  };
}
