import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type ArchivedFile, archivePath } from '@antenna/ingestion';
import { openDatabase, PostgresPositionStore } from '@antenna/usage-store';
import type { Place } from './place.ts';

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

/** Bytes of the n-th event: (n * FACTOR) % MODULUS. */
export const FACTOR = 7_919;
export const MODULUS = 10_007;

/**
 * Writes the files of an hour and lists them in the manifest as the speed layer would, but by DuckDB, which makes
 * millions of rows a second. One partition holds them all.
 */
export async function archiveHour(place: Place, shape: HourShape): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GiB' });
  const connection = await instance.connect();
  const database = openDatabase({ url: place.databaseUrl }, { applicationName: 'load' });
  const { topic } = place;
  const identity = { groupId: topic, clusterId: 'load', archiveUrl: `file://${place.archiveFolder}` };
  const store = new PostgresPositionStore(database, { topic, ...identity, allowedLatenessMs: 0, owner: 'load' });
  try {
    const [claimed] = await store.claim(['archive'], [0]);
    for (let from = 0; from < shape.events; from += EVENTS_PER_FILE) {
      const to = Math.min(from + EVENTS_PER_FILE, shape.events);
      const file = await writeFile(connection, place, shape, { from, to });
      const move = { partition: 0, epoch: claimed?.epoch ?? 0, from, to };
      await store.completeChunk({
        move: { ...move, fingerprint: undefined, greatestEventTimeMs: undefined },
        decoderVersion: 1,
        files: [file],
        hasIntent: false,
      });
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
    await database.destroy();
  }
}

async function writeFile(
  connection: DuckDBConnection,
  { topic, archiveFolder }: Place,
  shape: HourShape,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ArchivedFile> {
  const path = archivePath({ topic, partition: 0, startOffset: from, endOffset: to, hourMs: shape.hourMs });
  const file = join(archiveFolder, path);
  await mkdir(dirname(file), { recursive: true });
  await connection.run(`COPY (${rowsOf(shape)}) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`, { from, to });
  return {
    path,
    hourMs: shape.hourMs,
    rows: to - from,
    eventBytes: bytesOf(from, to),
    sizeBytes: (await stat(file)).size,
    checksum: '',
  };
}

function rowsOf({ events, users, antennas, apps, hourMs }: HourShape): string {
  return `
    SELECT make_timestamp((${hourMs} + (n * ${HOUR_MS}) // ${events}) * 1000) AS "timestamp",
      printf('ffffffff-0000-0000-0000-%012d', n % ${users}) AS id,
      printf('aaaaaaaa-0000-0000-0000-%012d', n % ${antennas}) AS antenna_id,
      (n * ${FACTOR}) % ${MODULUS} AS bytes,
      printf('APP%d', n % ${apps}) AS app,
      0::INTEGER AS kafka_partition,
      n AS kafka_offset
    FROM range($from, $to) AS numbers(n)`;
}

function bytesOf(from: number, to: number): bigint {
  let total = 0;
  for (let index = from; index < to; index += 1) total += (index * FACTOR) % MODULUS;
  return BigInt(total);
}
