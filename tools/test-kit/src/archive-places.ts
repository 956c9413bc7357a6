import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import parquetjs from '@dsnp/parquetjs';
import { addressOf, uniqueName } from './service-addresses.ts';

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

/** Of the Julian calendar, by which INT96 counts. */
const JULIAN_DAY_OF_1970 = 2_440_588;
const DAY_MS = 86_400_000;

/**
 * Writes a Parquet file with one event whose time is an INT96, as Spark, Hive and Impala write by default: nanoseconds of
 * the day in 8 bytes, then the day in 4.
 * @param timeMs milliseconds since 1970, not at the beginning of a day.
 */
export async function writeInt96Event(path: string, timeMs: number, bytes: number): Promise<void> {
  const text = { type: 'UTF8' } as const;
  const columns = { id: text, antenna_id: text, app: text, bytes: { type: 'INT64' } } as const;
  const schema = new parquetjs.ParquetSchema({ timestamp: { type: 'INT96', statistics: false }, ...columns });
  const writer = await parquetjs.ParquetWriter.openFile(schema, path);
  const nanoseconds = (timeMs % DAY_MS) * 1_000_000;
  await writer.appendRow({ timestamp: nanoseconds, id: 'int96', antenna_id: 'antenna', app: 'SKYPE', bytes });
  await writer.close();
  // The library writes 64 bits of a number, and none of the day.
  const file = await readFile(path);
  const value = Buffer.alloc(12);
  value.writeBigUInt64LE(BigInt(nanoseconds));
  const at = file.indexOf(value);
  if (at === -1) throw new Error('the file does not hold the time that was written');
  file.writeUInt32LE(Math.floor(timeMs / DAY_MS) + JULIAN_DAY_OF_1970, at + 8);
  await writeFile(path, file);
}
