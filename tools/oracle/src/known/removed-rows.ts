import { type Check, check } from '../check.ts';
import { compareRows, type KeyedRow } from '../compare-rows.ts';
import type { StoredArchive } from '../stored/archive.ts';
import type { HourBytes, StoredTables } from '../stored/tables.ts';
import type { TotalsTableRow } from '../table-rows.ts';
import { Truth } from '../truth.ts';
import type { Findings } from './findings.ts';

/** The retention floors that a test has set (milliseconds since 1970): rows before them are removed. Undefined: none is. */
export interface RetentionFloors {
  readonly windowsMs?: number | undefined;
  readonly hoursMs?: number | undefined;
}

/** Accepts rows from a floor on, by the time that their key begins with, as in `2022-10-29T13:15:00Z …`. */
export function isAbove(floorMs: number | undefined): (row: KeyedRow<unknown>) => boolean {
  const floor = floorMs === undefined ? '' : hourText(floorMs);
  return ([key]) => key >= floor;
}

/** Checks that the stored retention floors are exactly the given ones. */
export async function checkFloors(
  tables: StoredTables,
  { windowsMs, hoursMs }: RetentionFloors,
  findings: Findings,
): Promise<void> {
  const expected = [['windows', windowsMs ?? null] as const, ['hours', hoursMs ?? null] as const];
  const stored = (await tables.floors()).map(({ kind, floorMs }) => [kind, floorMs] as const);
  findings.addDifferences('retention floor', compareRows<number | null>(expected, stored));
}

/**
 * Compares the bytes of each hour below the floor of windows with the truth: those of its removed rows and those of the
 * ledger are all of them.
 */
export function checkKeptBytes(truth: Truth, kept: readonly HourBytes[], windowsMs: number | undefined): Check {
  const isBelow = (row: KeyedRow<unknown>): boolean => windowsMs !== undefined && !isAbove(windowsMs)(row);
  const below = [...truth.hours()].filter(isBelow);
  return check('retention: removed rows and ledger = the truth, by hour', sumsByHour(below), keyed(kept));
}

/**
 * The rows of `bytes_hourly` that were removed: what the files give that the last run of each hour has read. Their bytes are
 * compared with those that were recorded of them.
 */
export async function removedHourRows(
  tables: StoredTables,
  archive: StoredArchive,
  { hoursMs }: RetentionFloors,
  findings: Findings,
): Promise<readonly TotalsTableRow[]> {
  const truth = new Truth();
  if (hoursMs !== undefined)
    for (const path of await tables.lastInputs(hoursMs))
      for await (const event of archive.eventsOf(path)) truth.add(event);
  const removed = keyed(await tables.removedHours());
  findings.addDifferences('bytes of a removed hour', compareRows(sumsByHour(truth.hours()), removed));
  return Array.from(truth.hours(), tableRow);
}

/** The bytes of each hour: the sum over its antennas. */
function sumsByHour(hours: Iterable<KeyedRow<bigint>>): KeyedRow<bigint>[] {
  const sums = new Map<string, bigint>();
  for (const [key, value] of hours) {
    const [hour = '', type] = key.split(' ');
    if (type === 'antenna_total_bytes') sums.set(hour, (sums.get(hour) ?? 0n) + value);
  }
  return nonZero(Array.from(sums));
}

function keyed(hours: readonly HourBytes[]): KeyedRow<bigint>[] {
  return nonZero(hours.map(({ hour, bytes }) => [hour, bytes]));
}

/** Leaves out hours whose events have 0 bytes in all: the product needs no record of them. */
function nonZero(rows: readonly KeyedRow<bigint>[]): KeyedRow<bigint>[] {
  return rows.filter(([, bytes]) => bytes !== 0n);
}

function tableRow([key, value]: KeyedRow<bigint>): TotalsTableRow {
  const [hour = '', type = '', ...id] = key.split(' ');
  return { timestampMs: Date.parse(hour), type, id: id.join(' '), value };
}

function hourText(hourMs: number): string {
  return new Date(hourMs).toISOString().replace('.000Z', 'Z');
}
