import type { Knex } from 'knex';
import * as z from 'zod';
import { PROBE_PREFIX } from './probes.ts';

/** `bytes`, or where the peer's update mode keeps its totals. */
export type TotalsTable = 'bytes' | 'bytes_latest';

const selectCommitTimes = (table: TotalsTable): string => `
  SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS "committedMs"
  FROM ${table}
  WHERE type = 'user_total_bytes' AND id LIKE '${PROBE_PREFIX}%'`;

const selectBytes = (table: TotalsTable): string => `
  SELECT coalesce(sum(value), 0)::text AS bytes
  FROM ${table}
  WHERE type = 'app_total_bytes'`;

const timeRow = z.object({ id: z.string(), committedMs: z.number() });
const bytesRow = z.object({ bytes: z.string().transform(Number) });

/** When the row of each probe was committed: nobody writes it a second time. Milliseconds since 1970, by id. */
export async function probeTimes(database: Knex, table: TotalsTable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.raw<{ rows: unknown }>(selectCommitTimes(table));
  return new Map(
    z
      .array(timeRow)
      .parse(rows)
      .map(({ id, committedMs }) => [id, committedMs]),
  );
}

/** Bytes of all events that are in the totals. */
export async function countedBytes(database: Knex, table: TotalsTable): Promise<number> {
  const { rows } = await database.raw<{ rows: unknown }>(selectBytes(table));
  return z.tuple([bytesRow]).parse(rows)[0].bytes;
}
