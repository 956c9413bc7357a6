import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ListedFile } from '@antenna/hourly-batch';
import type { LocalFiles } from '../local-files.ts';

/** A local archive folder for Parquet files of other writers. */
export interface ParquetFolder {
  readonly path: string;
  readonly localFiles: LocalFiles;
  /** Writes the rows of a SELECT to a file. */
  write(name: string, select: string): Promise<ListedFile>;
  close(): Promise<void>;
}

export async function parquetFolder(): Promise<ParquetFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hour-engine-test-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  return {
    path,
    localFiles: { fetch: (paths) => Promise.resolve(paths.map((name) => join(path, name))) },
    async write(name, select) {
      const file = join(path, name).replaceAll("'", "''");
      await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
      return { path: name, sizeBytes: 0 };
    },
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
