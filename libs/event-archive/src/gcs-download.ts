import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Bucket, HashStreamValidator } from '@google-cloud/storage';

export interface Download {
  /** Name of the object. */
  readonly name: string;
  readonly localFile: string;
  /** Whether the server wants to know who asks; one that stands in for Google's does not. */
  readonly isAuthorized: boolean;
  /** How long the server may be silent. */
  readonly idleMs: number;
}

/**
 * Copies an object to a local file; its CRC32C is checked. Nothing is left when that fails. The request is our own
 * since the client's cannot be given up, and warns of leaks at each file.
 */
export async function downloadObject(
  bucket: Bucket,
  { name, localFile, isAuthorized, idleMs }: Download,
): Promise<void> {
  const { apiEndpoint, authClient } = bucket.storage;
  const url = `${apiEndpoint}/storage/v1/b/${bucket.name}/o/${encodeURIComponent(name)}?alt=media`;
  const headers = isAuthorized ? await authClient.getRequestHeaders(url) : new Headers();
  const silent = new AbortController();
  const timer = setTimeout(() => {
    silent.abort(new DOMException(`no answer within ${idleMs / 1000} s`, 'TimeoutError'));
  }, idleMs);
  try {
    const response = await fetch(url, { headers, signal: silent.signal });
    await mkdir(dirname(localFile), { recursive: true });
    await pipeline(
      chunksOf(response, () => timer.refresh()),
      new HashStreamValidator({ crc32c: true, crc32cExpected: crc32cOf(response) }),
      createWriteStream(localFile),
    );
  } catch (error) {
    await rm(localFile, { force: true });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws an error with the `status` of a response that is not the object. */
async function* chunksOf(response: Response, onChunk: () => void): AsyncGenerator<Uint8Array, void, void> {
  if (!response.ok || response.body === null) {
    throw Object.assign(new Error((await response.text()) || response.statusText), { status: response.status });
  }
  for await (const chunk of response.body) {
    onChunk();
    yield chunk;
  }
}

/** `x-goog-hash: crc32c=…,md5=…` */
function crc32cOf(response: Response): string {
  const hashes = response.headers.get('x-goog-hash') ?? '';
  return /crc32c=([^,\s]+)/.exec(hashes)?.[1] ?? '';
}
