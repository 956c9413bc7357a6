import { createHash } from 'node:crypto';
import { byDay, type DatabaseResults, type StoredResults } from '../proof.ts';
import type { StoredCertificate } from '../stored/certified-results.ts';
import type { KnownUser } from '../stored/tables.ts';
import type { QuotaTableRow, TotalsTableRow } from '../table-rows.ts';
import { type Fact, Truth } from '../truth.ts';

const PARTITIONS = 2;

/** Records that were sent, and what workers without faults make of them. */
export interface PerfectStream {
  readonly truth: Truth;
  readonly results: StoredResults;
}

/** Deals the records to two partitions, one after the other. */
export function perfectResults(facts: readonly Fact[], users: readonly KnownUser[]): PerfectStream {
  const truth = new Truth();
  for (const fact of facts) truth.addFact(fact);
  const placed = facts.map((fact, index) => ({
    fact,
    partition: index % PARTITIONS,
    offset: Math.floor(index / PARTITIONS),
  }));
  const records = placed.filter(({ fact }) => typeof fact !== 'string');
  const hours = rowsOf(truth.hours());
  const files = [{ path: 'year=2022/month=10/day=29/hour=13/devices-demo-0.parquet', rows: BigInt(records.length) }];
  const database: DatabaseResults = {
    users,
    windows: rowsOf(truth.windows()),
    hours,
    days: rowsOf(new Map(byDay(truth.hours()))),
    overQuota: overQuota(hours, users),
    deadLetters: placed.flatMap(({ fact, ...at }) => (typeof fact === 'string' ? [{ ...at, reason: fact }] : [])),
    deadLetterRanges: [],
    manifest: files,
    openIntents: [],
    reconciliation: [{ hour: '2022-10-29T13', type: 'user_total_bytes', unexplained: 0n }],
    certificates: [certificateOfLastHour(hours, overQuota(hours, users))],
    corrections: [],
  };
  const topicEnds = new Map(
    [0, 1].map((partition) => [partition, placed.filter((it) => it.partition === partition).length]),
  );
  return { truth, results: { database, archive: { files, records, hours }, topicEnds } };
}

function certificateOfLastHour(hours: readonly TotalsTableRow[], limits: readonly QuotaTableRow[]): StoredCertificate {
  const hourMs = Math.max(...hours.map(({ timestampMs }) => timestampMs));
  const digestOf = (columns: unknown) => createHash('sha256').update(JSON.stringify(columns)).digest('hex');
  const ofType = (type: string) => {
    const rows = hours.filter((row) => row.timestampMs === hourMs && row.type === type);
    const sorted = rows.toSorted((left, right) => (left.id < right.id ? -1 : 1));
    return { sha256: digestOf([sorted.map(({ id }) => id), sorted.map(({ value }) => String(value))]) };
  };
  const over = limits.filter(({ timestampMs }) => timestampMs === hourMs);
  const sorted = over.toSorted((left, right) => ((left.email ?? '') < (right.email ?? '') ? -1 : 1));
  const columns = [
    sorted.map(({ email }) => email),
    sorted.map(({ usage }) => String(usage)),
    sorted.map(({ quota }) => String(quota)),
  ];
  const totals = Object.fromEntries(
    ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'].map((type) => [type, ofType(type)]),
  );
  return { number: 1, hourMs, runId: 1, content: JSON.stringify({ totals, quota: { sha256: digestOf(columns) } }) };
}

/** `user 1`, with the id that the simulator gives its first user. */
export function aUser(number: number, quota: bigint): KnownUser {
  const id = `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
  return { id, name: `user ${number}`, email: `${number}@example.com`, quota };
}

function rowsOf(totals: ReadonlyMap<string, bigint>): TotalsTableRow[] {
  return Array.from(totals, ([key, value]) => {
    const [time = '', type = '', id = ''] = key.split(' ');
    return { timestampMs: Date.parse(time), type, id, value };
  });
}

function overQuota(hours: readonly TotalsTableRow[], users: readonly KnownUser[]): QuotaTableRow[] {
  return hours.flatMap(({ timestampMs, type, id, value: usage }) => {
    const user = users.find((each) => type === 'user_total_bytes' && each.id === id);
    if (user?.quota == null || usage <= user.quota) return [];
    return [{ timestampMs, email: user.email, usage, quota: user.quota }];
  });
}
