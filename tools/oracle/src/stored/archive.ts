import { globSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { UsageEvent } from '@antenna/event-schema';
import * as z from 'zod';
import type { RecordPosition } from '../records-of-ranges.ts';
import type { RowsDigest } from '../rows-digest.ts';
import type { TotalsTableRow } from '../table-rows.ts';
import { countEvents, digestHours, selectEvents, selectFiles, selectHours } from './archive.sql.ts';

/** A file, and how many rows it holds. */
export interface FileRows {
  /** Relative to the archive's root. */
  readonly path: string;
  readonly rows: bigint;
}

/** An event of the archive, with its place in the topic. */
export interface ArchivedEvent extends UsageEvent, RecordPosition {}

interface Before {
  /** Events in folders of this hour and later are left out; milliseconds since 1970. */
  readonly beforeMs?: number;
}

const fileRow = z.tuple([z.string(), z.bigint()]);
const countRow = z.tuple([z.bigint()]);
const totalsRow = z.tuple([z.bigint(), z.string(), z.string(), z.bigint()]);
const digestRow = z.tuple([z.bigint(), z.string(), z.bigint(), z.bigint(), z.bigint()]);
const eventRow = z.tuple([z.int(), z.number(), z.number(), z.string(), z.string(), z.number(), z.string()]);

/** Later than any event. */
const NEVER_MS = Date.UTC(9999, 11, 31);

/** An archive on a local disk, read by DuckDB, which shares no code with what wrote it. */
export class StoredArchive {
  readonly #connection: DuckDBConnection;
  readonly #folder: string;
  /** Of all files, sorted and relative to the root. */
  readonly paths: readonly string[];

  constructor(connection: DuckDBConnection, folder: string) {
    this.#connection = connection;
    this.#folder = folder;
    this.paths = globSync('**/*.parquet', { cwd: folder }).sort();
  }

  async files(): Promise<FileRows[]> {
    const rows = await this.#rows(selectFiles, [], fileRow);
    return rows.map(([path, count]) => ({ path: relative(this.#folder, path), rows: count }));
  }

  async eventCount({ beforeMs = NEVER_MS }: Before = {}): Promise<number> {
    const [[count] = [0n]] = await this.#rows(countEvents, [BigInt(beforeMs)], countRow);
    return Number(count);
  }

  /** Totals by the hour of the folders. */
  async hours({ beforeMs = NEVER_MS }: Before = {}): Promise<TotalsTableRow[]> {
    const rows = await this.#rows(selectHours, [BigInt(beforeMs)], totalsRow);
    return rows.map(([timestampMs, type, id, value]) => ({ timestampMs: Number(timestampMs), type, id, value }));
  }

  /** Digests of the totals by the hour of the folders, where there are too many to read. */
  async hourDigests({ beforeMs = NEVER_MS }: Before = {}): Promise<RowsDigest[]> {
    const digests = await this.#rows(digestHours, [BigInt(beforeMs)], digestRow);
    return digests.map(([timestampMs, type, rows, sum, checksum]) => ({
      timestampMs: Number(timestampMs),
      type,
      rows: Number(rows),
      sum,
      checksum,
    }));
  }

  /** The events of all files. */
  async events(): Promise<ArchivedEvent[]> {
    const events: ArchivedEvent[] = [];
    if (this.paths.length === 0) return events;
    for await (const event of this.eventsOf('**/*.parquet')) events.push(event);
    return events;
  }

  /** The events of one file in their order. @param path relative to the root. @throws when DuckDB cannot read it. */
  async *eventsOf(path: string): AsyncGenerator<ArchivedEvent, void, undefined> {
    const result = await this.#connection.stream(selectEvents, [join(this.#folder, path)]);
    for await (const rows of result.yieldRows()) {
      for (const row of rows) {
        const [partition, offset, eventTimeMs, id, antennaId, bytes, app] = eventRow.parse(row);
        yield { partition, offset, eventTimeMs, id, antennaId, bytes, app };
      }
    }
  }

  /** DuckDB refuses a pattern that no file has. */
  async #rows<T>(sql: string, parameters: bigint[], row: z.ZodType<T>): Promise<T[]> {
    if (this.paths.length === 0) return [];
    const pattern = join(this.#folder, '**', '*.parquet');
    const reader = await this.#connection.runAndReadAll(sql, [pattern, ...parameters]);
    return z.array(row).parse(reader.getRows());
  }
}

/** Reads an archive of a local disk; a folder without files, or that does not exist, is an empty one. */
export async function withArchive<T>(folder: string, work: (archive: StoredArchive) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return await work(new StoredArchive(connection, folder));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** How many Parquet files an archive has, and their size in bytes. */
export function archiveSize(folder: string): { readonly files: number; readonly bytes: number } {
  const files = globSync('**/*.parquet', { cwd: folder });
  return { files: files.length, bytes: files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0) };
}
