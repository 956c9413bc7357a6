import {
  type KeyedRow,
  keyedQuotas,
  keyedTotals,
  type RecordPosition,
  recordsOfRanges,
  type TotalsTableRow,
  type Truth,
} from '@antenna/truth';
import { deadLetterCounts } from '../results/dead-letter-counts.ts';
import type { DemoResults, FileRows, KnownUser } from '../results/demo-results.ts';
import { type Check, check } from './check.ts';

const HOUR_MS = 3_600_000;

/** Compares all that the workers left with the truth, with each other and with what the topic holds. */
export function prove(truth: Truth, results: DemoResults): Check[] {
  return [...proveTables(truth, results), ...proveArchive(truth, results), ...proveRecords(truth, results)];
}

function proveTables(truth: Truth, { database }: DemoResults): Check[] {
  const { windows, hours, overQuota, users } = database;
  return [
    check('speed layer: bytes = the truth, by 5-minute window', truth.windows(), keyedTotals(windows)),
    check('batch layer: bytes_hourly = the truth, by hour', truth.hours(), keyedTotals(hours)),
    check('both: bytes, added up by hour = bytes_hourly', keyedTotals(hours), keyedTotals(byHour(windows))),
    check(
      'user_quota_limit = the truth of who was over quota',
      truth.overQuota(limited(users)),
      keyedQuotas(overQuota),
    ),
  ];
}

function proveArchive(truth: Truth, { database, archive }: DemoResults): Check[] {
  return [
    check('archive, added up by DuckDB = the truth, by hour', truth.hours(), keyedTotals(archive.hours)),
    check('files of the archive = the manifest', keyedFiles(database.manifest), keyedFiles(archive.files)),
    check('no chunk of the archive was left unfinished', [], keyedRecords(database.openIntents, 'open')),
  ];
}

function proveRecords(truth: Truth, { database, archive, topicEnds }: DemoResults): Check[] {
  const records = Array.from(positionsOf(topicEnds));
  const told = [...archive.records, ...database.deadLetters];
  const isTold = new Set(told.map(textOf));
  const counted = recordsOfRanges(
    database.deadLetterRanges,
    records.filter((record) => !isTold.has(textOf(record))),
  );
  return [
    check('dead letters = the malformed records, by reason', truth.deadLetters(), deadLetterCounts(database)),
    // One value for all: a record that is both archived and a dead letter is there twice.
    check(
      'every record is archived or a dead letter, once',
      keyedRecords(records, 'kept'),
      keyedRecords([...told, ...counted], 'kept'),
    ),
  ];
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

function keyedFiles(files: readonly FileRows[]): KeyedRow<bigint>[] {
  return files.map(({ path, rows }) => [path, rows]);
}

function keyedRecords(records: Iterable<RecordPosition>, what: string): KeyedRow<string>[] {
  return Array.from(records, (record) => [textOf(record), what]);
}

function textOf({ partition, offset }: RecordPosition): string {
  return `partition ${partition} offset ${offset}`;
}

function* positionsOf(topicEnds: ReadonlyMap<number, number>): Generator<RecordPosition, void, undefined> {
  for (const [partition, end] of topicEnds) {
    for (let offset = 0; offset < end; offset++) yield { partition, offset };
  }
}
