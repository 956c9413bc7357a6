import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyedTotals, type Truth } from '@antenna/oracle';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { countEvents, selectEvents, selectHours } from './archive.sql.ts';
import { verify, WrongResultError } from './verified.ts';

const totalsRow = z.tuple([z.bigint(), z.string(), z.string(), z.bigint()]);
const countRow = z.tuple([z.bigint()]);

/** @throws {WrongResultError} unless the files hold each event before `endMs` once, in the folder of its hour. */
export function verifyArchive(folder: string, truth: Truth, endMs: number): Promise<void> {
  return withQuery(async (rows) => {
    const parameters = [filesIn(folder), BigInt(endMs)];
    const events = (await rows(selectEvents, parameters, countRow))[0]?.[0];
    if (events !== BigInt(truth.events)) {
      throw new WrongResultError(`the archive holds ${String(events)} events instead of ${truth.events}`);
    }
    const hours = await rows(selectHours, parameters, totalsRow);
    const found = hours.map(([timestampMs, type, id, value]) => ({
      timestampMs: Number(timestampMs),
      type,
      id,
      value,
    }));
    verify('archive', truth.hours(), keyedTotals(found));
  });
}

/** How many events the files of a folder hold. */
export function eventsIn(folder: string): Promise<number> {
  return withQuery(async (rows) => Number((await rows(countEvents, [filesIn(folder)], countRow))[0]?.[0]));
}

type Query = <T>(sql: string, parameters: (string | bigint)[], row: z.ZodType<T>) => Promise<T[]>;

async function withQuery<T>(work: (rows: Query) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return await work(async (sql, parameters, row) => {
      const reader = await connection.runAndReadAll(sql, parameters);
      return z.array(row).parse(reader.getRows());
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function filesIn(folder: string): string {
  return join(folder, '**', '*.parquet');
}

/** How many Parquet files an archive has, and their size in bytes. */
export function archiveSize(folder: string): { readonly files: number; readonly bytes: number } {
  const files = globSync('**/*.parquet', { cwd: folder });
  return { files: files.length, bytes: files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0) };
}
