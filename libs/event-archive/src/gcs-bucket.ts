import { type Bucket, Storage } from '@google-cloud/storage';

/**
 * A bucket whose client never repeats a request by itself: one write without a precondition would turn its retries off
 * for all, it resumes an upload by protocol details in which servers differ, and it does not tell the tries apart from
 * the whole. Whoever uses it repeats (gcs-store.ts).
 * @param emulatorUrl origin of a server that stands in for Google's.
 * @param isAuthorized whether the server is told who asks; one that stands in for Google's is not unless that is given.
 */
export function gcsBucket(bucket: string, emulatorUrl?: string, isAuthorized = emulatorUrl === undefined): Bucket {
  const storage = new Storage({
    ...(emulatorUrl === undefined ? {} : { apiEndpoint: emulatorUrl, useAuthWithCustomEndpoint: isAuthorized }),
    retryOptions: { autoRetry: false, retryableErrorFn: () => false },
  });
  // Where STORAGE_EMULATOR_HOST is set, the client takes it as it is, without the path of the API.
  if (emulatorUrl !== undefined) storage.baseUrl = `${emulatorUrl}/storage/v1`;
  return storage.bucket(bucket);
}
