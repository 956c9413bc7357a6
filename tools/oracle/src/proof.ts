import { type Check, check } from './check.ts';
import type { KeyedRow } from './compare-rows.ts';
import { type RecordPosition, recordsOfRanges } from './records-of-ranges.ts';
import type { FileRows } from './stored/archive.ts';
import {
  certifiedDigests,
  type CertifiedTables,
  type StoredCertificate,
  type StoredCorrection,
} from './stored/certified-results.ts';
import type { DeadLetter, DeadLetterRange, KnownUser, ReconciliationRow } from './stored/tables.ts';
import { keyedQuotas, keyedTotals, type QuotaTableRow, type TotalsTableRow } from './table-rows.ts';
import type { Truth } from './truth.ts';

/** What the provisioner and both layers have left in the database. */
export interface DatabaseResults {
  readonly users: readonly KnownUser[];
  /** Ordered by time, type and id. */
  readonly windows: readonly TotalsTableRow[];
  /** Ordered by time, type and id. */
  readonly hours: readonly TotalsTableRow[];
  /** Totals by day (UTC). */
  readonly days: readonly TotalsTableRow[];
  readonly overQuota: readonly QuotaTableRow[];
  readonly deadLetters: readonly DeadLetter[];
  readonly deadLetterRanges: readonly DeadLetterRange[];
  readonly manifest: readonly FileRows[];
  /** Chunks of the archive that were begun and not finished. */
  readonly openIntents: readonly RecordPosition[];
  readonly reconciliation: readonly ReconciliationRow[];
  readonly certificates: readonly StoredCertificate[];
  readonly corrections: readonly StoredCorrection[];
}

/** What the files of the archive hold. */
export interface ArchiveResults {
  readonly files: readonly FileRows[];
  readonly records: readonly RecordPosition[];
  /** Totals by the hour of the folders. */
  readonly hours: readonly TotalsTableRow[];
}

export interface StoredResults {
  readonly database: DatabaseResults;
  readonly archive: ArchiveResults;
  /** Number of records that each partition of the topic was sent. */
  readonly topicEnds: ReadonlyMap<number, number>;
}

const HOUR_MS = 3_600_000;

/** Dead letters, those that are stored whole and those that are counted. */
export interface StoredDeadLetters {
  readonly deadLetters: readonly DeadLetter[];
  readonly deadLetterRanges: readonly DeadLetterRange[];
}

/** Compares all that the workers left with the truth, with each other and with what the topic holds. */
export function prove(truth: Truth, results: StoredResults): Check[] {
  const { database, archive, topicEnds } = results;
  return [
    checkWindows(truth, database.windows),
    ...checkHours(truth, database).map((each) => ({ ...each, needsHours: true as const })),
    check('archive, added up by DuckDB = the truth, by hour', truth.hours(), keyedTotals(archive.hours)),
    checkFiles(database.manifest, archive.files),
    check('no chunk of the archive was left unfinished', [], keyedRecords(database.openIntents, 'open')),
    checkReconciliation(database.reconciliation),
    checkCertified(database),
    checkDeadLetterCounts(truth, database),
    checkEveryRecord(Array.from(recordsBelow(topicEnds)), archive.records, database),
  ];
}

function checkHours(truth: Truth, { windows, hours, days, overQuota, users }: DatabaseResults): Check[] {
  return [
    check('batch layer: bytes_hourly = the truth, by hour', truth.hours(), keyedTotals(hours)),
    check('batch layer: usage_daily = the truth, by day', byDay(truth.hours()), keyedTotals(days)),
    check('both: bytes, added up by hour = bytes_hourly', keyedTotals(hours), keyedTotals(byHour(windows))),
    check(
      'user_quota_limit = the truth of who was over quota',
      truth.overQuota(limited(users)),
      keyedQuotas(overQuota),
    ),
  ];
}

export function checkWindows(truth: Truth, windows: readonly TotalsTableRow[]): Check {
  return check('speed layer: bytes = the truth, by 5-minute window', truth.windows(), keyedTotals(windows));
}

export function checkFiles(manifest: readonly FileRows[], files: readonly FileRows[]): Check {
  return check('files of the archive = the manifest', keyedFiles(manifest), keyedFiles(files));
}

/** Every byte by which the layers differ has a cause, at any moment. */
function checkReconciliation(rows: readonly ReconciliationRow[]): Check {
  const keyed = rows.map(({ hour, type, unexplained }) => [`${hour} ${type}`, unexplained] as const);
  return check(
    'reconciliation: no byte of a difference is without a cause',
    keyed.map(([key]) => [key, 0n] as const),
    keyed,
  );
}

/** Every certified result and all corrections since make up what the tables hold. */
function checkCertified(tables: CertifiedTables): Check {
  const { certified, found } = certifiedDigests(tables);
  return check('certified results and corrections since = the tables', certified, found);
}

export function checkDeadLetterCounts(truth: Truth, stored: StoredDeadLetters): Check {
  return check<number>(
    'dead letters = the malformed records, by reason',
    truth.deadLetters(),
    deadLetterCounts(stored),
  );
}

/**
 * Each of these records is archived, a dead letter or counted in a range of dead letters, once, and no other is. One
 * value for all: a record that is both archived and a dead letter is stored twice.
 */
export function checkEveryRecord(
  records: readonly RecordPosition[],
  archived: readonly RecordPosition[],
  { deadLetters, deadLetterRanges }: StoredDeadLetters,
): Check {
  const named = [...archived, ...deadLetters];
  const isNamed = new Set(named.map(textOf));
  const counted = recordsOfRanges(
    deadLetterRanges,
    records.filter((record) => !isNamed.has(textOf(record))),
  );
  return check(
    'every record is archived or a dead letter, once',
    keyedRecords(records, 'kept'),
    keyedRecords([...named, ...counted], 'kept'),
  );
}

/** How many records were no events, by reason. */
export function deadLetterCounts({ deadLetters, deadLetterRanges }: StoredDeadLetters): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (reason: string, records: number) => counts.set(reason, (counts.get(reason) ?? 0) + records);
  for (const { reason } of deadLetters) add(reason, 1);
  for (const { reason, records } of deadLetterRanges) add(reason, records);
  return counts;
}

/** A user without a quota has no limit. */
function limited(users: readonly KnownUser[]): { id: string; email: string | null; quota: bigint }[] {
  return users.flatMap(({ id, email, quota }) => (quota === null ? [] : [{ id, email, quota }]));
}

function byHour(windows: readonly TotalsTableRow[]): TotalsTableRow[] {
  const hours = new Map<string, TotalsTableRow>();
  for (const { timestampMs, type, id, value } of windows) {
    const hourMs = timestampMs - (timestampMs % HOUR_MS);
    const key = JSON.stringify([hourMs, type, id]);
    hours.set(key, { timestampMs: hourMs, type, id, value: value + (hours.get(key)?.value ?? 0n) });
  }
  return Array.from(hours.values());
}

/** Adds up totals by the day (UTC) of their hour. A key begins with the hour, as `2022-10-29T13`. */
export function byDay(hours: Iterable<KeyedRow<bigint>>): KeyedRow<bigint>[] {
  const days = new Map<string, bigint>();
  for (const [key, value] of hours) {
    const day = key.replace(/T\d\d/, 'T00');
    days.set(day, value + (days.get(day) ?? 0n));
  }
  return Array.from(days);
}

function keyedFiles(files: readonly FileRows[]): KeyedRow<bigint>[] {
  return files.map(({ path, rows }) => [path, rows]);
}

function keyedRecords(records: readonly RecordPosition[], what: string): KeyedRow<string>[] {
  return records.map((record) => [textOf(record), what]);
}

function textOf({ partition, offset }: RecordPosition): string {
  return `partition ${partition} offset ${offset}`;
}

function* recordsBelow(topicEnds: ReadonlyMap<number, number>): Generator<RecordPosition, void, undefined> {
  for (const [partition, end] of topicEnds) {
    for (let offset = 0; offset < end; offset++) yield { partition, offset };
  }
}
