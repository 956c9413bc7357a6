import { keyedQuotas, keyedTotals, type QuotaTableRow, type TotalsTableRow, type Truth } from '@antenna/oracle';
import type { Knex } from 'knex';
import * as z from 'zod';
import { withDatabase } from '../stack/database.ts';
import type { BenchUser } from '../workload/workload.ts';
import { selectHours, selectOverQuota, selectWindows } from './tables.sql.ts';
import { verify } from './verified.ts';

const HOUR_MS = 3_600_000;

const bigint = z.string().transform(BigInt);
const totalsRow = z.object({ timestampMs: z.number(), type: z.string(), id: z.string(), value: bigint });
const quotaRow = z.object({ timestampMs: z.number(), email: z.string(), usage: bigint, quota: bigint });

/** @throws {WrongResultError} unless `bytes` is the truth, row by row, before `endMs`. */
export async function verifyWindows(databaseUrl: string, truth: Truth, endMs: number): Promise<void> {
  const rows = await withDatabase(databaseUrl, (database) => totalsOf(database, selectWindows, endMs));
  verify('bytes', truth.windows(), keyedTotals(rows));
}

export interface HourTruth {
  readonly truth: Truth;
  readonly users: readonly BenchUser[];
  readonly hourMs: number;
}

/** @throws {WrongResultError} unless `bytes_hourly` and `user_quota_limit` are the truth of this hour and no other. */
export async function verifyHour(databaseUrl: string, { truth, users, hourMs }: HourTruth): Promise<void> {
  const prefix = new Date(hourMs).toISOString().replace('.000Z', 'Z');
  const isOfHour = ([key]: readonly [string, unknown]): boolean => key.startsWith(prefix);
  const [hours, overQuota] = await withDatabase(
    databaseUrl,
    async (database) => [await totalsOf(database, selectHours, hourMs + HOUR_MS), await quotasOf(database)] as const,
  );
  verify('bytes_hourly', [...truth.hours()].filter(isOfHour), keyedTotals(hours));
  verify('user_quota_limit', truth.overQuota(users).filter(isOfHour), keyedQuotas(overQuota));
}

async function totalsOf(database: Knex, sql: string, endMs: number): Promise<TotalsTableRow[]> {
  const end = new Date(endMs).toISOString().replace('Z', '');
  const { rows } = await database.raw<{ rows: unknown }>(sql, [end]);
  return z.array(totalsRow).parse(rows);
}

async function quotasOf(database: Knex): Promise<QuotaTableRow[]> {
  const { rows } = await database.raw<{ rows: unknown }>(selectOverQuota);
  return z.array(quotaRow).parse(rows);
}
