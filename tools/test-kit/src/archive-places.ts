import { addressOf, uniqueName } from './service-addresses.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestBucket {
  /** `gs://…`, as ARCHIVE_URL has it. */
  readonly url: string;
  /** As STORAGE_EMULATOR_HOST has it. */
  readonly endpoint: string;
}

/** A bucket of its own, with nothing in it. */
export async function testBucket(): Promise<TestBucket> {
  const endpoint = addressOf('gcs');
  const name = uniqueName();
  await createBucket(endpoint, name);
  return { url: `gs://${name}`, endpoint };
}

/** @param endpoint origin of a server that stands in for Google Cloud Storage. */
export async function createBucket(endpoint: string, name: string): Promise<void> {
  const response = await fetch(new URL('/storage/v1/b?project=test', endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!response.ok) throw new Error(`no bucket from ${endpoint}: ${response.status} ${await response.text()}`);
}

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file. @returns its path. */
  write(name: string, content: string): Promise<string>;
  /** Deletes the folder with its content. */
  close(): Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'antenna-usage-'));
  return {
    path,
    async write(name, content) {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
    close: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
