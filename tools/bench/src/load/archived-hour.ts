import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { archivePath } from '@antenna/archive-format';
import type { ArchivedFile } from '@antenna/ingestion';
import { openDatabase, PostgresPositionStore, StreamProgress } from '@antenna/usage-store';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RunPlace } from '../stack/run-place.ts';

/** Events of one hour: the n-th one follows from n alone. */
export interface HourShape {
  readonly events: number;
  readonly users: number;
  readonly antennas: number;
  readonly apps: number;
  readonly hourMs: number;
}

const EVENTS_PER_FILE = 1_000_000;
const HOUR_MS = 3_600_000;

const FACTOR = 7_919;
const MODULUS = 10_007;

/**
 * Writes the files of an hour with DuckDB, which makes millions of rows a second, and lists them in the manifest as the
 * speed layer does. One partition holds them all, and its archive is noted as complete: the hour is final.
 * @returns the size of the files.
 */
export async function archiveHour(at: RunPlace, shape: HourShape): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GiB' });
  const connection = await instance.connect();
  const database = openDatabase({ url: at.databaseUrl }, { applicationName: 'load' });
  const { groupId: topic } = at;
  const identity = { groupId: topic, clusterId: 'load', archiveUrl: `file://${at.archive}` };
  const store = new PostgresPositionStore(database, { topic, ...identity, allowedLatenessMs: 0, owner: 'load' });
  try {
    const [claimed] = await store.claim(['archive'], [0]);
    let sizeBytes = 0;
    for (let from = 0; from < shape.events; from += EVENTS_PER_FILE) {
      const to = Math.min(from + EVENTS_PER_FILE, shape.events);
      const file = await writeFile(connection, at, shape, { from, to });
      const move = { partition: 0, epoch: claimed?.epoch ?? 0, from, to };
      await store.completeChunk({
        move: { ...move, fingerprint: undefined, greatestEventTimeMs: undefined },
        decoderVersion: 1,
        files: [file],
        hasIntent: false,
      });
      sizeBytes += file.sizeBytes;
    }
    await new StreamProgress(database, topic).noteEnds(() => Promise.resolve(new Map([[0, shape.events]])));
    return sizeBytes;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await database.destroy();
  }
}

async function writeFile(
  connection: DuckDBConnection,
  { groupId: topic, archive }: RunPlace,
  shape: HourShape,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ArchivedFile> {
  const path = archivePath({ topic, partition: 0, startOffset: from, endOffset: to, hourMs: shape.hourMs });
  const file = join(archive, path);
  await mkdir(dirname(file), { recursive: true });
  await connection.run(`COPY (${rowsOf(shape)}) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`, { from, to });
  return {
    path,
    hourMs: shape.hourMs,
    rows: to - from,
    eventBytes: sumOfBytes(from, to),
    erasedEvents: 0,
    sizeBytes: (await stat(file)).size,
    checksum: '',
  };
}

function rowsOf({ events, users, antennas, apps, hourMs }: HourShape): string {
  return `
    SELECT make_timestamp((${hourMs} + (n * ${HOUR_MS}) // ${events}) * 1000) AS "timestamp",
      md5(printf('user %d', n % ${users}))::UUID::VARCHAR AS id,
      md5(printf('antenna %d', n % ${antennas}))::UUID::VARCHAR AS antenna_id,
      (n * ${FACTOR}) % ${MODULUS} AS bytes,
      printf('APP%d', n % ${apps}) AS app,
      0::INTEGER AS kafka_partition,
      n AS kafka_offset
    FROM range($from, $to) AS numbers(n)`;
}

/** The id of the n-th user or antenna, as `rowsOf` has it: ids that count up would be compressed too well. */
export function idOf(kind: 'user' | 'antenna', n: number): string {
  const hex = createHash('md5').update(`${kind} ${n}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Bytes of the n-th event. */
export function bytesOfEvent(n: number): number {
  return (n * FACTOR) % MODULUS;
}

export function sumOfBytes(from: number, to: number): bigint {
  let total = 0;
  for (let n = from; n < to; n += 1) total += bytesOfEvent(n);
  return BigInt(total);
}
