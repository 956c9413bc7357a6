import { keyedTotals, requireEqualRows, type TotalsTableRow, withTables } from '@antenna/oracle';
import { appCommand } from '@antenna/test-kit';
import { runMeasured } from '../measure/run-measured.ts';
import { hourFlags, type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { archiveHour, bytesOfEvent, type HourShape, idOf } from './archived-hour.ts';

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
  const { DATABASE_URL = '', ARCHIVE_URL = '' } = workerEnvironment(at);
  const command = appCommand('batch-layer', ['run', ...hourFlags(shape.hourMs)], { DATABASE_URL, ARCHIVE_URL });
  const { usage } = await runMeasured([command]);
  const rows = await withTables(at.databaseUrl, (tables) => tables.totals('bytes_hourly'));
  requireEqualRows('bytes_hourly', keyedTotals(expectedRows(shape)), keyedTotals(rows));
  return { seconds: usage.wallSeconds, peakBytes: usage.peakMemoryBytes, rows: rows.length };
}

function expectedRows(shape: HourShape): readonly TotalsTableRow[] {
  return [
    ...totalsBy('user_total_bytes', shape.users, (n) => idOf('user', n), shape),
    ...totalsBy('antenna_total_bytes', shape.antennas, (n) => idOf('antenna', n), shape),
    ...totalsBy('app_total_bytes', shape.apps, (n) => `APP${n}`, shape),
  ];
}

/** One addition after the other; below 2^53, so that a double holds each sum. */
function totalsBy(type: string, count: number, id: (n: number) => string, { events, hourMs }: HourShape) {
  const sums = new Float64Array(Math.min(count, events));
  for (let n = 0; n < events; n += 1) {
    const group = n % count;
    sums[group] = (sums[group] ?? 0) + bytesOfEvent(n);
  }
  return Array.from(sums, (sum, group) => ({ timestampMs: hourMs, type, id: id(group), value: BigInt(sum) }));
}
