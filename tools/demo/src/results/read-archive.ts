import { DuckDBInstance } from '@duckdb/node-api';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { selectArchivedHours, selectFiles, selectRecords } from './archive.sql.ts';
import type { ArchiveResults } from './demo-results.ts';

const fileRow = z.tuple([z.string(), z.bigint()]);
const recordRow = z.tuple([z.int(), z.bigint()]);
const totalsRow = z.tuple([z.bigint(), z.string(), z.string(), z.bigint()]);

/** Reads a whole archive of a local disk. */
export async function readArchive(folder: string): Promise<ArchiveResults> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  async function rows<T>(sql: string, row: z.ZodType<T>): Promise<T[]> {
    const reader = await connection.runAndReadAll(sql, [join(folder, '**', '*.parquet')]);
    return z.array(row).parse(reader.getRows());
  }
  try {
    const files = await rows(selectFiles, fileRow);
    const records = await rows(selectRecords, recordRow);
    const hours = await rows(selectArchivedHours, totalsRow);
    return {
      files: files.map(([path, count]) => ({ path: relative(folder, path), rows: count })),
      records: records.map(([partition, offset]) => ({ partition, offset: Number(offset) })),
      hours: hours.map(([timestampMs, type, id, value]) => ({ timestampMs: Number(timestampMs), type, id, value })),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
