import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { File } from '@google-cloud/storage';

/**
 * Copies an object to a local file; its CRC32C is checked. Nothing is left when that fails.
 * @param idleMs how long the server may be silent.
 */
export async function downloadObject(object: File, localFile: string, idleMs: number): Promise<void> {
  await mkdir(dirname(localFile), { recursive: true });
  const silent = new AbortController();
  const timer = setTimeout(() => {
    silent.abort(new DOMException(`no answer within ${idleMs / 1000} s`, 'TimeoutError'));
  }, idleMs);
  const source = object.createReadStream({ validation: 'crc32c', decompress: false });
  try {
    const noticed = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        timer.refresh();
        yield chunk;
      }
    };
    await pipeline(source, noticed, createWriteStream(localFile), { signal: silent.signal });
  } catch (error) {
    await rm(localFile, { force: true });
    throw silent.signal.aborted ? silent.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
