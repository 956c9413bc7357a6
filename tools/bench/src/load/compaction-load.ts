import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appCommand } from '@antenna/test-kit';
import { DuckDBInstance } from '@duckdb/node-api';
import { watchDisk } from '../measure/disk.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { hourFlags, type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { archiveHour, type HourShape, sumOfBytes } from './archived-hour.ts';
import { LoadFailedError } from './event-block.ts';

export interface CompactionResult {
  readonly seconds: number;
  readonly peakBytes: number;
  /** Size of the hour's files, which take as much of the disk once more when they are fetched from a bucket. */
  readonly archiveBytes: number;
  readonly compactedBytes: number;
  /** The greatest size of what DuckDB wrote because it did not fit its memory. */
  readonly spillBytes: number;
  /** The greatest size of all temporary files at once: the spill and the compacted file. */
  readonly temporaryBytes: number;
  readonly rows: number;
}

/**
 * Archives an hour, lets the batch layer compact it, and compares number and sum of the compacted events with the truth.
 * (The command itself compares a digest of all values with that of the archive.)
 * @throws when the batch layer fails or the events differ.
 */
export async function compactionLoad(at: RunPlace, shape: HourShape): Promise<CompactionResult> {
  const archiveBytes = await archiveHour(at, shape);
  const [temporary, analytics] = [join(at.scratch, 'temporary'), join(at.scratch, 'analytics')];
  await mkdir(temporary);
  const { DATABASE_URL = '', ARCHIVE_URL = '' } = workerEnvironment(at);
  const env = { DATABASE_URL, ARCHIVE_URL, ANALYTICS_URL: `file:${analytics}`, TMPDIR: temporary };
  const disk = watchDisk(temporary, /^duckdb_temp/);
  const { usage } = await runMeasured([appCommand('batch-layer', ['compact', ...hourFlags(shape.hourMs)], env)]);
  const { all, matching } = disk.stop();
  return {
    seconds: usage.wallSeconds,
    peakBytes: usage.peakMemoryBytes,
    archiveBytes,
    spillBytes: matching,
    temporaryBytes: all,
    ...(await requireEvents(analytics, shape)),
  };
}

interface Found {
  readonly rows: number;
  readonly compactedBytes: number;
}

async function requireEvents(folder: string, { events }: HourShape): Promise<Found> {
  const found = await foundIn(folder);
  const [rows, bytes, size] = [Number(found['rows']), found['bytes'], Number(found['size'])];
  if (rows !== events || bytes !== sumOfBytes(0, events)) {
    throw new LoadFailedError(`${rows} events of ${String(bytes)} bytes were compacted, not ${events}`);
  }
  return { rows, compactedBytes: size };
}

async function foundIn(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const files = join(folder, '**', '*.parquet');
    const reader = await connection.runAndReadAll(
      `SELECT count(*) AS rows, sum(bytes)::HUGEINT AS bytes, (SELECT sum(size)::BIGINT FROM read_blob($files)) AS size
      FROM read_parquet($files, hive_partitioning = false)`,
      { files },
    );
    return reader.getRowObjects()[0] ?? {};
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
