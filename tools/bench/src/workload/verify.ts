import {
  keyedQuotas,
  keyedTotals,
  NotProvenError,
  requireEqualRows,
  type Truth,
  withArchive,
  withTables,
} from '@antenna/oracle';
import type { BenchUser } from './workload.ts';

const HOUR_MS = 3_600_000;

/** @throws {NotProvenError} unless `bytes` is the truth, row by row, before `endMs`. */
export async function verifyWindows(databaseUrl: string, truth: Truth, endMs: number): Promise<void> {
  const rows = await withTables(databaseUrl, (tables) => tables.totals('bytes', { beforeMs: endMs }));
  requireEqualRows('bytes', truth.windows(), keyedTotals(rows));
}

export interface HourTruth {
  readonly truth: Truth;
  readonly users: readonly BenchUser[];
  readonly hourMs: number;
}

/** @throws {NotProvenError} unless `bytes_hourly` and `user_quota_limit` are the truth of this hour and no other. */
export async function verifyHour(databaseUrl: string, { truth, users, hourMs }: HourTruth): Promise<void> {
  const prefix = new Date(hourMs).toISOString().replace('.000Z', 'Z');
  const isOfHour = ([key]: readonly [string, unknown]): boolean => key.startsWith(prefix);
  const [hours, overQuota] = await withTables(
    databaseUrl,
    async (tables) =>
      [await tables.totals('bytes_hourly', { beforeMs: hourMs + HOUR_MS }), await tables.overQuota()] as const,
  );
  requireEqualRows('bytes_hourly', [...truth.hours()].filter(isOfHour), keyedTotals(hours));
  requireEqualRows('user_quota_limit', truth.overQuota(users).filter(isOfHour), keyedQuotas(overQuota));
}

/** @throws {NotProvenError} unless the files hold each event before `endMs` once, in the folder of its hour. */
export async function verifyArchive(folder: string, truth: Truth, endMs: number): Promise<void> {
  await withArchive(folder, async (archive) => {
    const events = await archive.eventCount({ beforeMs: endMs });
    if (events !== truth.events) {
      throw new NotProvenError(`the archive holds ${events} events instead of ${truth.events}`);
    }
    requireEqualRows('archive', truth.hours(), keyedTotals(await archive.hours({ beforeMs: endMs })));
  });
}
