import { type Bucket, Storage } from '@google-cloud/storage';

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
