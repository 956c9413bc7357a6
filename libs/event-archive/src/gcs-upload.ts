import { type Bucket, CRC32C } from '@google-cloud/storage';
import { httpStatusOf } from './gcs-failure.ts';

const PRECONDITION_FAILED = 412;
const FORBIDDEN = 403;

/**
 * Creates an object, unless one of that name exists. The server refuses bytes whose CRC32C is not the one announced,
 * so that a damaged object never exists (the client's own check would delete it afterwards).
 *
 * Who may create and not delete may be told 403 in place of 412 of an object that exists: to replace one is to delete it,
 * and which of the two the server checks first is not documented. So after a 403 the object itself is asked for.
 * @param timeoutMs for each of the requests, at most three; a connection that is silent for longer is closed.
 * @returns false when an object of that name exists.
 */
export async function createObject(bucket: Bucket, name: string, bytes: Buffer, timeoutMs: number): Promise<boolean> {
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  const object = bucket.file(name);
  // Options of both requests; the address is put in afterwards.
  object.interceptors.push({ request: (options) => ({ uri: '', ...options, timeout: timeoutMs }) });
  try {
    await object.save(bytes, {
      // The only kind of upload whose requests the client can time out: a simple one would hang for ever.
      resumable: true,
      preconditionOpts: { ifGenerationMatch: 0 },
      validation: false,
      metadata: {
        contentType: 'application/vnd.apache.parquet',
        contentLength: bytes.byteLength,
        crc32c: crc32c.toString(),
      },
    });
    return true;
  } catch (error) {
    const status = httpStatusOf(error);
    if (status === PRECONDITION_FAILED) return false;
    if (status === FORBIDDEN && (await object.exists())[0]) return false;
    throw error;
  }
}
