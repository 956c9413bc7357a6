import { globSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ArchiveReader } from '@antenna/event-archive';
import type { WorkerEnvironment } from '../worker-process.ts';
import { createBucket, objectsOf } from './bucket.ts';
import { SmallDisk } from './small-disk.ts';

export const ARCHIVE_KINDS = ['local', 'gcs'] as const;

export type ArchiveKind = (typeof ARCHIVE_KINDS)[number];

/** Where the archive of a stream is. */
export interface ArchivePlace {
  readonly kind: ArchiveKind;
  readonly environment: WorkerEnvironment;
  /** Of a local archive, where one can be mounted. */
  readonly disk: SmallDisk | undefined;
  /** Where workers prepare files. */
  readonly stagingFolder: string;
  /** Brings every file that there is to this machine. @returns the folder, and the paths of the files in it. */
  collect(): Promise<{ readonly folder: string; readonly files: readonly string[] }>;
  close(): Promise<void>;
}

interface Places {
  readonly folder: string;
  /** Of the storage server: directly, and through the proxies. */
  readonly storageUrl: string;
  readonly proxiedStorageUrl: string;
  readonly bucket: string;
}

export function openArchivePlace(kind: ArchiveKind, places: Places): Promise<ArchivePlace> {
  return kind === 'local' ? localPlace(places) : bucketPlace(places);
}

async function localPlace({ folder }: Places): Promise<ArchivePlace> {
  const root = join(folder, 'archive');
  await mkdir(folder, { recursive: true });
  const disk = await SmallDisk.mount(root);
  return {
    kind: 'local',
    environment: { ARCHIVE_URL: `file:${root}` },
    disk,
    stagingFolder: join(root, '.staging'),
    collect: () => Promise.resolve({ folder: root, files: globSync('**/*.parquet', { cwd: root }).sort() }),
    close: () => SmallDisk.forget(root),
  };
}

const PREFIX = 'events';

async function bucketPlace({ folder, storageUrl, proxiedStorageUrl, bucket }: Places): Promise<ArchivePlace> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  await createBucket(storageUrl, bucket);
  return {
    kind: 'gcs',
    environment: {
      ARCHIVE_URL: `gs://${bucket}/${PREFIX}`,
      STORAGE_EMULATOR_HOST: proxiedStorageUrl,
      TMPDIR: temporary,
    },
    disk: undefined,
    stagingFolder: join(temporary, 'event-archive-staging'),
    async collect() {
      const names = await objectsOf(storageUrl, bucket);
      const files = names.map((name) => relative(PREFIX, name)).sort();
      const reader = await ArchiveReader.open({ kind: 'gs', bucket, prefix: PREFIX }, { emulatorUrl: storageUrl });
      const copies = join(folder, 'copies');
      await reader.fetchFiles(files, copies, { concurrency: 8 });
      return { folder: copies, files };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
