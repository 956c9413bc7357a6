import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { archivePath } from '@antenna/archive-format';
import type { ArchivedFile } from '@antenna/ingestion';
import { keyedTotals, requireEqualRows, type TotalsTableRow, withTables } from '@antenna/oracle';
import { appCommand } from '@antenna/test-kit';
import { openDatabase, PostgresPositionStore } from '@antenna/usage-store';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { runMeasured } from '../measure/run-measured.ts';
import { type RunPlace, workerEnvironment } from '../stack/run-place.ts';

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
const FACTOR = 7_919;
const MODULUS = 10_007;

/**
 * Writes the files of an hour and lists them in the manifest as the speed layer would, but by DuckDB, which makes
 * millions of rows a second. One partition holds them all.
 */
async function archiveHour(at: RunPlace, shape: HourShape): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GiB' });
  const connection = await instance.connect();
  const database = openDatabase({ url: at.databaseUrl }, { applicationName: 'load' });
  const { groupId: topic } = at;
  const identity = { groupId: topic, clusterId: 'load', archiveUrl: `file://${at.archive}` };
  const store = new PostgresPositionStore(database, { topic, ...identity, allowedLatenessMs: 0, owner: 'load' });
  try {
    const [claimed] = await store.claim(['archive'], [0]);
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
    }
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
    eventBytes: bytesOf(from, to),
    erasedEvents: 0,
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

export interface HourResult {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly rows: number;
}

/**
 * Archives an hour, lets the batch layer compute it, and compares every row with the truth.
 * @throws when the batch layer fails or a row is wrong.
 */
export async function hourLoad(at: RunPlace, shape: HourShape): Promise<HourResult> {
  await archiveHour(at, shape);
  const [date, hour] = [new Date(shape.hourMs).toISOString().slice(0, 10), new Date(shape.hourMs).getUTCHours()];
  const { DATABASE_URL = '', ARCHIVE_URL = '' } = workerEnvironment(at);
  const command = appCommand('batch-layer', ['run', `--date=${date}`, `--hour=${hour}`], {
    DATABASE_URL,
    ARCHIVE_URL,
  });
  const { usage } = await runMeasured([command]);
  const rows = await withTables(at.databaseUrl, (tables) => tables.totals('bytes_hourly'));
  requireEqualRows('bytes_hourly', keyedTotals(expectedRows(shape)), keyedTotals(rows));
  return { seconds: usage.wallSeconds, peakBytes: usage.peakMemoryBytes, rows: rows.length };
}

function expectedRows(shape: HourShape): readonly TotalsTableRow[] {
  return [
    ...totalsBy('user_total_bytes', shape.users, (n) => `ffffffff-0000-0000-0000-${twelveDigits(n)}`, shape),
    ...totalsBy('antenna_total_bytes', shape.antennas, (n) => `aaaaaaaa-0000-0000-0000-${twelveDigits(n)}`, shape),
    ...totalsBy('app_total_bytes', shape.apps, (n) => `APP${n}`, shape),
  ];
}

/** One addition after the other; below 2^53, so that a double holds each sum. */
function totalsBy(type: string, count: number, idOf: (n: number) => string, { events, hourMs }: HourShape) {
  const sums = new Float64Array(Math.min(count, events));
  for (let index = 0; index < events; index += 1) {
    const group = index % count;
    sums[group] = (sums[group] ?? 0) + ((index * FACTOR) % MODULUS);
  }
  return Array.from(sums, (sum, group) => ({ timestampMs: hourMs, type, id: idOf(group), value: BigInt(sum) }));
}

function twelveDigits(n: number): string {
  return String(n).padStart(12, '0');
}
