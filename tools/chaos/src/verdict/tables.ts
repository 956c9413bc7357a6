import { compareRows, type Difference, keyedTotals, type Truth } from '@antenna/truth';
import type { Database } from '../system/database.ts';
import type { Findings } from './findings.ts';

type TotalsTable = 'bytes' | 'bytes_hourly';

const STATEMENTS: Readonly<Record<TotalsTable, string>> = {
  bytes: 'SELECT (extract(epoch FROM "timestamp") * 1000)::bigint AS ms, type, id, value FROM public.bytes',
  bytes_hourly:
    'SELECT (extract(epoch FROM "timestamp") * 1000)::bigint AS ms, type, id, value FROM public.bytes_hourly',
};

/** Every row of a table of totals. @returns how many there should be. */
export async function checkTotals(
  database: Database,
  table: TotalsTable,
  expected: ReadonlyMap<string, bigint>,
  findings: Findings,
): Promise<number> {
  const rows = await database.query<{ ms: string; type: string; id: string; value: string }>(STATEMENTS[table]);
  const stored = rows.map(({ ms, type, id, value }) => ({ timestampMs: Number(ms), type, id, value: BigInt(value) }));
  note(`row of ${table}`, compareRows(expected, keyedTotals(stored)), findings);
  return expected.size;
}

/** The users' usage by hour that the speed layer keeps for quotas. */
export async function checkUsage(database: Database, truth: Truth, findings: Findings): Promise<void> {
  const rows = await database.query<{ ms: string; id: string; usage: string }>(
    'SELECT (extract(epoch FROM hour) * 1000)::bigint AS ms, id, usage FROM pipeline.user_hour_usage',
  );
  const type = 'user_total_bytes';
  const stored = rows.map(({ ms, id, usage }) => ({ timestampMs: Number(ms), type, id, value: BigInt(usage) }));
  const expected = [...truth.hours()].filter(([key]) => key.split(' ')[1] === type);
  note('row of user_hour_usage', compareRows(expected, keyedTotals(stored)), findings);
}

/** Adds each difference to what was found. */
export function note(what: string, differences: readonly Difference<unknown>[], findings: Findings): void {
  for (const difference of differences) findings.add(`${what} ${difference.kind}`, described(difference));
}

function described(difference: Difference<unknown>): string {
  const { key } = difference;
  switch (difference.kind) {
    case 'missing':
      return `${key}: ${String(difference.expected)}`;
    case 'extra':
      return `${key}: ${String(difference.actual)}`;
    case 'different':
      return `${key}: ${String(difference.actual)} instead of ${String(difference.expected)}`;
  }
}
