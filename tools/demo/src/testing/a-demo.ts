import { addToTruth, simulate } from '@antenna/simulator';
import { type QuotaTableRow, type TotalsTableRow, Truth } from '@antenna/truth';
import type { DatabaseResults, DemoResults, KnownUser } from '../results/demo-results.ts';
import { simulation } from '../simulation.ts';

/** A small simulation, and what workers without faults make of it. */
export interface ADemo {
  readonly truth: Truth;
  readonly results: DemoResults;
}

const PARTITIONS = 2;

/** With a quota that about half of the users keep, and two users without metadata. */
export function aDemo({ events = 400, quota = 2_000n } = {}): ADemo {
  const truth = new Truth();
  const records = Array.from(simulate({ ...simulation, events, users: 6, unknownUsers: 2, malformedShare: 0.05 }));
  for (const record of records) addToTruth(truth, record);
  const placed = records.map((record, index) => ({
    record,
    partition: index % PARTITIONS,
    offset: Math.floor(index / PARTITIONS),
  }));
  const good = placed.filter(({ record }) => typeof record.fact !== 'string');
  const bad = placed.flatMap(({ record: { fact }, ...at }) =>
    typeof fact === 'string' ? [{ ...at, reason: fact }] : [],
  );
  const users = Array.from({ length: 6 }, (_, index) => aUser(index + 1, quota));
  const hours = rowsOf(truth.hours());
  const files = [{ path: 'year=2022/month=10/day=29/hour=13/devices-demo-0.parquet', rows: BigInt(good.length) }];
  const database: DatabaseResults = {
    users,
    windows: rowsOf(truth.windows()),
    hours,
    overQuota: overQuota(hours, users),
    deadLetters: bad,
    deadLetterRanges: [],
    manifest: files,
    openIntents: [],
  };
  const archive = { files, records: good, hours };
  const topicEnds = new Map(
    [0, 1].map((partition) => [partition, placed.filter((it) => it.partition === partition).length]),
  );
  return { truth, results: { database, archive, topicEnds } };
}

function aUser(number: number, quota: bigint): KnownUser {
  const name = `user ${number}`;
  return {
    id: `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`,
    name,
    email: `${number}@example.com`,
    quota,
  };
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
