import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  type AnalyticsRoot,
  type CompactedHour,
  type StoredCompaction,
  compactionMetadata,
} from '@antenna/hourly-batch';
import { hourFolder } from '@antenna/archive-format';
import { type Bucket, CRC32C, type File } from '@google-cloud/storage';
import retry from 'p-retry';
import { ArchiveError } from '../archive-error.ts';
import { gcsFailure, httpStatusOf } from '../gcs-failure.ts';
import { storedVersion, versionPath } from './compacted-path.ts';

const PRECONDITION_FAILED = 412;
const TRIES = { retries: 3, minTimeout: 200, maxRetryTime: 60_000, randomize: true };
/** The role that this service account needs: replacing an object requires the right to delete it. */
const RIGHTS = 'roles/storage.objectUser';

interface GcsAnalyticsOptions {
  /** Without slashes at either end; may be empty. */
  readonly prefix: string;
  /** How long a connection may be silent (milliseconds). */
  readonly timeoutMs: number;
}

/**
 * The analytics root in a bucket: an object is replaced atomically, and only at the generation that was read before.
 */
export class GcsAnalytics implements AnalyticsRoot {
  readonly #bucket: Bucket;
  readonly #prefix: string;
  readonly #timeoutMs: number;

  constructor(bucket: Bucket, { prefix, timeoutMs }: GcsAnalyticsOptions) {
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#timeoutMs = timeoutMs;
  }

  versions(hourMs?: number): Promise<readonly StoredCompaction[]> {
    const prefix = `${this.#prefix}${hourMs === undefined ? '' : `${hourFolder(hourMs)}/`}`;
    return this.#tried('list', prefix, async () => {
      const [objects] = await this.#bucket.getFiles({ prefix });
      return objects.map((object) => this.#version(object)).filter((version) => version !== undefined);
    });
  }

  async replace(localPath: string, version: CompactedHour, replaced: StoredCompaction | undefined): Promise<boolean> {
    const name = `${this.#prefix}${versionPath(version)}`;
    const { size } = await stat(localPath);
    const crc32c = await checksumOf(localPath);
    return this.#tried('replace', name, async () => {
      const object = this.#bucket.file(name);
      object.interceptors.push({ request: (options) => ({ uri: '', ...options, timeout: this.#timeoutMs }) });
      try {
        await object.save(createReadStream(localPath), {
          resumable: true,
          preconditionOpts: { ifGenerationMatch: replaced?.token ?? 0 },
          validation: false,
          metadata: {
            contentType: 'application/vnd.apache.parquet',
            contentLength: size,
            // The server refuses bytes with another checksum.
            crc32c,
            metadata: { ...compactionMetadata(version) },
          },
        });
        return true;
      } catch (error) {
        if (httpStatusOf(error) === PRECONDITION_FAILED) return false;
        throw error;
      }
    });
  }

  #version(object: File): StoredCompaction | undefined {
    const { metadata = {}, generation } = object.metadata;
    return storedVersion(object.name.slice(this.#prefix.length), metadata, String(generation));
  }

  #tried<T>(operation: string, name: string, work: () => Promise<T>): Promise<T> {
    const explained = () =>
      work().catch((error: unknown) => {
        throw gcsFailure({ name: operation, url: `gs://${this.#bucket.name}/${name}`, rights: RIGHTS }, error);
      });
    return retry(explained, { ...TRIES, shouldRetry: ({ error }) => error instanceof ArchiveError && error.retryable });
  }
}

async function checksumOf(path: string): Promise<string> {
  const crc32c = new CRC32C();
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) crc32c.update(chunk);
  });
  return crc32c.toString();
}
