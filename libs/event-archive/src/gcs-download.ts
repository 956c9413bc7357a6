import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Bucket, HashStreamValidator } from '@google-cloud/storage';
import { refusalIn, responseOf, type ServerAccess } from './gcs-request.ts';

export interface Download extends ServerAccess {
  /** Name of the object. */
  readonly name: string;
  readonly localFile: string;
}

/** Copies an object to a local file and checks its CRC32C. A failure leaves no file. */
export async function downloadObject(bucket: Bucket, { name, localFile, ...access }: Download): Promise<void> {
  const path = `/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}?alt=media`;
  const response = await responseOf(bucket, { ...access, path });
  if (response.statusCode !== OK) throw await refusalIn(response);
  try {
    await mkdir(dirname(localFile), { recursive: true });
    const validator = new HashStreamValidator({ crc32c: true, crc32cExpected: crc32cOf(response) });
    await pipeline(response, validator, createWriteStream(localFile));
  } catch (error) {
    await rm(localFile, { force: true });
    throw error;
  }
}

const OK = 200;

/** `x-goog-hash: crc32c=…,md5=…` */
function crc32cOf({ headers }: IncomingMessage): string {
  const hashes = headers['x-goog-hash'] ?? '';
  return /crc32c=([^,\s]+)/.exec(String(hashes))?.[1] ?? '';
}
