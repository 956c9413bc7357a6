import type { CommandLine } from '@antenna/test-kit';
import type { Knex } from 'knex';
import type { RunPlace } from '../stack/run-place.ts';
import type { BenchUser } from '../workload/workload.ts';

/** Adds the users of a workload to `user_metadata`. */
export type AddUsers = (database: Knex) => Promise<void>;

/** A speed layer that can be measured. */
export interface Drainer {
  readonly name: string;
  /** Makes the tables in an empty database, with the users if it has a table of them. */
  prepare(at: RunPlace, users: AddUsers): Promise<void>;
  /** Reads a topic to its end, keeps totals and archives every event. */
  drain(at: RunPlace, topic: string): CommandLine;
  /** Seconds that a drain took by its own account, without the start of its process. */
  drainSeconds(output: string): number;
}

/** A pipeline that can be measured: a speed and a batch layer. */
export interface Contestant extends Drainer {
  /** Computes an hour of the archive. */
  batchHour(at: RunPlace, hourMs: number): CommandLine;
}

/** `bytes`, or where the peer's update mode keeps its totals. */
export type TotalsTable = 'bytes' | 'bytes_latest';

/** A speed layer as a service. */
export interface StreamingContestant {
  readonly name: string;
  readonly table: TotalsTable;
  /** Whether it shows an event soon, or only when its window is over. */
  readonly shows: 'events' | 'closed windows';
  prepare(at: RunPlace): Promise<void>;
  service(at: RunPlace, topic: string): CommandLine;
}

const insert = `
  INSERT INTO user_metadata (id, name, email, quota)
  SELECT id, name, email, quota
  FROM jsonb_to_recordset(?::jsonb) AS it (id text, name text, email text, quota bigint)`;

const ROWS_AT_A_TIME = 50_000;

/** Adds just these users. */
export function addingUsers(users: readonly BenchUser[]): AddUsers {
  return async (database) => {
    for (let from = 0; from < users.length; from += ROWS_AT_A_TIME) {
      const rows = users.slice(from, from + ROWS_AT_A_TIME).map((user) => ({ ...user, quota: user.quota.toString() }));
      await database.raw(insert, [JSON.stringify(rows)]);
    }
  };
}

/** Fills `user_metadata`, and vacuums it, as autovacuum does within a minute. */
export async function fillUsers(database: Knex, addUsers: AddUsers): Promise<void> {
  await addUsers(database);
  await database.raw('VACUUM (ANALYZE) user_metadata');
}
