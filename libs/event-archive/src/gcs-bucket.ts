import { type Bucket, CRC32C, Storage } from '@google-cloud/storage';
import { httpStatusOf } from './gcs-failure.ts';

const PRECONDITION_FAILED = 412;
const FORBIDDEN = 403;

/**
 * Creates an object unless one of that name exists. The server refuses bytes whose CRC32C differs from the announced
 * one, so a damaged object never exists (the client's own check would delete it afterwards).
 *
 * For an existing object, a service account that may create but not delete can get 403 instead of 412: replacing an
 * object requires the right to delete it, and the order of the server's two checks is not documented. So after a 403
 * the object itself is looked up.
 * @param timeoutMs for each of at most three requests; a connection that is silent for longer is closed.
 * @returns false when an object of that name exists.
 */
export async function createObject(bucket: Bucket, name: string, bytes: Buffer, timeoutMs: number): Promise<boolean> {
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  const object = bucket.file(name);
  // Applies to both requests of the upload; the client adds the URI afterwards.
  object.interceptors.push({ request: (options) => ({ uri: '', ...options, timeout: timeoutMs }) });
  try {
    await object.save(bytes, {
      // The client times out only the requests of resumable uploads; a simple upload could hang forever.
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
