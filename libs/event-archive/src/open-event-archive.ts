import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchiveLocation } from './settings/archive-url.ts';
import { ArchiveError } from './archive-error.ts';
import type { CheckedStore, ReplaceableStore } from './archive-store.ts';
import { createDurableFolder } from './durable-folders.ts';
import { probeFileSystem } from './file-system-probe.ts';
import type { GcsStore } from './gcs-store.ts';
import { localFailure } from './local-failure.ts';
import { LocalStore, STAGING_FOLDER } from './local-store.ts';
import { ParquetArchive } from './parquet-archive.ts';
import { threadedParquetEncoder } from './parquet-threads.ts';
import { StagingFolder } from './staging-folder.ts';

export interface ArchiveOptions {
  /** Origin (`http://host:port`) of an emulator of Google Cloud Storage. */
  readonly emulatorUrl?: string | undefined;
  /** Folder for the staging of files for a bucket; default: the system's temporary folder. */
  readonly tempFolder?: string | undefined;
  /** Files that are encoded at the same time; default: 1 (some 800,000 rows a second). */
  readonly encoderThreads?: 1 | 2;
  /** How long one request to a bucket may take, or a download may be silent; default: 60,000. */
  readonly requestTimeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 60_000;
/** Deadline of the first request, for which the start of a worker waits. */
const CHECK_TIMEOUT_MS = 10_000;

type BucketLocation = Extract<ArchiveLocation, { kind: 'gs' }>;

/**
 * Opens the archive for writing. A missing local folder is created, a missing bucket is not. A bucket that does not
 * answer now is accepted; the first files wait for it.
 * @throws {ArchiveError} when the folder is unusable or its file system cannot keep an archive, or when the bucket is
 * missing or denies what a worker does.
 */
export async function openEventArchive(
  location: ArchiveLocation,
  options: ArchiveOptions = {},
): Promise<ParquetArchive> {
  const { store, stagingPath } = location.kind === 'file' ? localParts(location) : await gcsParts(location, options);
  try {
    if (location.kind === 'file') await createDurableFolder(location.path);
    const staging = await StagingFolder.open(stagingPath);
    if (location.kind === 'file') await probeFileSystem(staging, location.path);
    return new ParquetArchive({ store, staging, encoder: threadedParquetEncoder(options.encoderThreads ?? 1) });
  } catch (error) {
    throw localFailure(`open ${stagingPath}`, error);
  }
}

function localParts({ path }: { readonly path: string }) {
  return { store: new LocalStore(path), stagingPath: join(path, STAGING_FOLDER) };
}

async function gcsParts(location: BucketLocation, options: ArchiveOptions) {
  const { requestTimeoutMs = CHECK_TIMEOUT_MS } = options;
  const checked = await openGcsStore(location, {
    ...options,
    requestTimeoutMs: Math.min(requestTimeoutMs, CHECK_TIMEOUT_MS),
  });
  await checked.checkWritable().catch((error: unknown) => {
    if (!(error instanceof ArchiveError) || !error.retryable) throw error;
  });
  return {
    store: await openGcsStore(location, options),
    stagingPath: join(options.tempFolder ?? tmpdir(), 'event-archive-staging'),
  };
}

/** The store at a location. Makes no request to it yet. */
export async function openStore(
  location: ArchiveLocation,
  options: ArchiveOptions,
): Promise<CheckedStore & ReplaceableStore> {
  return location.kind === 'file' ? new LocalStore(location.path) : openGcsStore(location, options);
}

/** Imported on demand: a local archive does not load the client of Google Cloud Storage. */
async function openGcsStore(
  { bucket, prefix }: BucketLocation,
  { emulatorUrl, requestTimeoutMs: timeoutMs = REQUEST_TIMEOUT_MS }: ArchiveOptions,
): Promise<GcsStore> {
  const [{ gcsBucket }, { GcsStore }] = await Promise.all([import('./gcs-bucket.ts'), import('./gcs-store.ts')]);
  return new GcsStore(gcsBucket(bucket, emulatorUrl), { prefix, timeoutMs, isAuthorized: emulatorUrl === undefined });
}
