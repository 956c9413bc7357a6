import { compareRows, keyedTotals, summarize, type TotalsTableRow } from '@antenna/truth';
import { archiveHour, FACTOR, type HourShape, MODULUS } from './archived-hour.ts';
import { LoadFailedError } from './errors.ts';
import { type Place, settingsOf } from './place.ts';
import { measured } from './program.ts';
import { Stored } from './stored.ts';

export interface HourResult {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly rows: number;
}

/**
 * Archives an hour, lets the batch layer compute it, and compares every row with the truth.
 * @throws when the batch layer fails or a row is wrong.
 */
export async function hourLoad(place: Place, shape: HourShape): Promise<HourResult> {
  await archiveHour(place, shape);
  const [date, hour] = [new Date(shape.hourMs).toISOString().slice(0, 10), new Date(shape.hourMs).getUTCHours()];
  const { DATABASE_URL = '', ARCHIVE_URL = '' } = settingsOf(place);
  const settings = { DATABASE_URL, ARCHIVE_URL };
  const { seconds, peakMiB } = await measured('batch-layer', ['run', `--date=${date}`, `--hour=${hour}`], settings);
  return Stored.using(place.databaseUrl, async (stored) => {
    const rows = await stored.totals('public.bytes_hourly');
    const differences = compareRows(keyedTotals(expectedRows(shape)), keyedTotals(rows));
    if (differences.length > 0) throw new LoadFailedError(`the hour is wrong: ${summarize(differences, 5)}`);
    return { seconds, peakMiB, rows: rows.length };
  });
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
