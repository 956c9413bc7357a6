import { randomUUID } from 'node:crypto';
import { type Bucket, CRC32C, Storage } from '@google-cloud/storage';
import { refusalIn, responseOf, type ServerAccess, withDeadline } from './gcs-request.ts';

const OK = 200;
/** HTTP status: the object is not of the generation that the request names. */
export const PRECONDITION_FAILED = 412;
const FORBIDDEN = 403;

export interface Upload extends ServerAccess {
  /** Name of the object. */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Creates an object unless one of that name exists, with one request. The server refuses bytes whose CRC32C differs from
 * the announced one, so a damaged object never exists.
 *
 * For an existing object, a service account that may create but not delete can get 403 instead of 412: replacing an
 * object requires the right to delete it, and the order of the server's two checks is not documented. So after a 403
 * the object itself is looked up.
 * @returns false when an object of that name exists.
 */
export async function createObject(bucket: Bucket, upload: Upload): Promise<boolean> {
  const { name, idleMs } = upload;
  const { isDone, refusal } = await uploaded(bucket, upload, '0');
  if (refusal === undefined) return isDone;
  const isForbidden = 'status' in refusal && refusal.status === FORBIDDEN;
  if (isForbidden && (await withDeadline(idleMs, () => bucket.file(name).exists()))[0]) return false;
  throw refusal;
}

/**
 * Replaces the generation of an object, with one request.
 * @returns false when the object has another generation by now, or was deleted.
 */
export async function replaceObject(bucket: Bucket, upload: Upload, generation: string): Promise<boolean> {
  const { isDone, refusal } = await uploaded(bucket, upload, generation);
  if (refusal !== undefined) throw refusal;
  return isDone;
}

async function uploaded(bucket: Bucket, { name, bytes, ...access }: Upload, generation: string) {
  const path = `/upload/storage/v1/b/${bucket.name}/o?uploadType=multipart&ifGenerationMatch=${generation}`;
  const response = await responseOf(bucket, { ...access, path, body: objectBody(name, bytes) });
  const { statusCode: status } = response;
  if (status !== OK && status !== PRECONDITION_FAILED) return { isDone: false, refusal: await refusalIn(response) };
  // Its connection can be used again once the response is read.
  response.resume();
  return { isDone: status === OK, refusal: undefined };
}

const CONTENT_TYPE = 'application/vnd.apache.parquet';

/** Metadata and bytes in one body (RFC 2387), as the JSON API takes them. */
function objectBody(name: string, bytes: Buffer) {
  const boundary = randomUUID();
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  const metadata = JSON.stringify({ name, contentType: CONTENT_TYPE, crc32c: crc32c.toString() });
  const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n`;
  return {
    contentType: `multipart/related; boundary=${boundary}`,
    parts: [
      Buffer.from(`${head}--${boundary}\r\nContent-Type: ${CONTENT_TYPE}\r\n\r\n`),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ],
  };
}

/**
 * A bucket whose client never retries by itself. The client's own retries are unsuitable: one write without a
 * precondition turns them off for all requests, resumed uploads rely on protocol details in which servers differ, and a
 * time-out covers all attempts together. The callers retry (gcs-store.ts).
 * @param emulatorUrl origin of an emulator of Google Cloud Storage.
 * @param isAuthorized whether requests carry credentials; by default not to an emulator.
 */
export function gcsBucket(bucket: string, emulatorUrl?: string, isAuthorized = emulatorUrl === undefined): Bucket {
  const storage = new Storage({
    ...(emulatorUrl === undefined ? {} : { apiEndpoint: emulatorUrl, useAuthWithCustomEndpoint: isAuthorized }),
    retryOptions: { autoRetry: false, retryableErrorFn: () => false },
  });
  // Where STORAGE_EMULATOR_HOST is set, the client uses it without the path of the API.
  if (emulatorUrl !== undefined) storage.baseUrl = `${emulatorUrl}/storage/v1`;
  return storage.bucket(bucket);
}
