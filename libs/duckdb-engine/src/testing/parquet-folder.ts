import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { HourTotals, ListedFile } from '@antenna/hourly-batch';
import { DuckDbHourEngine } from '../duckdb-hour-engine.ts';
import type { LocalFiles } from '../local-files.ts';

/** The hour of all events unless a test says otherwise. */
export const HOUR = Date.UTC(2022, 9, 29, 13);

/** A local archive folder for Parquet files of other writers. */
export interface ParquetFolder {
  readonly path: string;
  readonly localFiles: LocalFiles;
  /** Writes the rows of a SELECT to a file. */
  write(name: string, select: string): Promise<ListedFile>;
  /** Adds up these files of the hour. */
  aggregate(...files: readonly ListedFile[]): Promise<HourTotals>;
  close(): Promise<void>;
}

export async function parquetFolder(): Promise<ParquetFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hour-engine-test-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const localFiles: LocalFiles = { fetch: (paths) => Promise.resolve(paths.map((name) => join(path, name))) };
  return {
    path,
    localFiles,
    async write(name, select) {
      const file = join(path, name).replaceAll("'", "''");
      await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
      return { path: name, sizeBytes: 0 };
    },
    aggregate: (...files) => new DuckDbHourEngine({ files: localFiles }).aggregate(HOUR, files),
    async close() {
      connection.closeSync();
      instance.closeSync();
      await rm(path, { recursive: true });
    },
  };
}

interface SqlEvent {
  readonly timestamp?: string;
  readonly id?: string;
  readonly antennaId?: string;
  readonly app?: string;
  readonly bytes?: string;
}

/** The SELECT of one event; each field is an SQL expression. */
export function anEvent(event: SqlEvent = {}, more = ''): string {
  const {
    timestamp = "TIMESTAMP '2022-10-29 13:30:00'",
    id = "'ana'",
    antennaId = "'antenna'",
    app = "'SKYPE'",
    bytes = '5::BIGINT',
  } = event;
  return `SELECT ${timestamp} AS "timestamp", ${id} AS id, ${antennaId} AS antenna_id, ${app} AS app, ${bytes} AS bytes${more}`;
}

/** The SELECT of one event with Kafka partition and offset, as in the product's own archive. */
export function anArchivedEvent(partition: number, offset: number, event: SqlEvent = {}): string {
  return anEvent(event, `, ${partition}::INTEGER AS kafka_partition, ${offset}::BIGINT AS kafka_offset`);
}
