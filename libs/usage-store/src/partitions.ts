import type { Knex } from 'knex';
import { answerOf, callForRow } from './call-function.ts';
import { isPassingFailure } from './passing-failure.ts';

/** The outcome of making partitions, as names of tables of schema `pipeline`. */
export interface MadePartitions {
  readonly made: readonly string[];
  /** Partitions that were not made, since the default partition has too many rows to be read under a lock. */
  readonly kept: readonly string[];
}

const MAKE_PARTITION = `
  SELECT pipeline.make_partition(p_version => :version, p_may_block => :mayBlock) AS answer`;

const ANALYZE_DIVIDED_TABLES = `
  SELECT pipeline.analyze_divided_tables(p_version => :version)`;

/** Renews the planner's statistics of the tables. A failure does no harm: the next change of partitions renews them. */
export async function analyzeTables(database: Knex): Promise<void> {
  await callForRow(database, ANALYZE_DIVIDED_TABLES, {}).catch((error: unknown) => {
    if (!isPassingFailure(error)) throw error;
  });
}

/**
 * Makes the missing partitions of the present month and of the next three, one in a transaction.
 * @param mayBlock whether commits may wait for it: then it waits 5 s for a lock, not 100 ms, and moves any number of rows.
 * @throws a transient failure when somebody uses the default partition for longer: try again later.
 */
export async function makePartitions(database: Knex, mayBlock: boolean): Promise<MadePartitions> {
  const made: string[] = [];
  for (;;) {
    const answer = await answerOf<Answer>(database, MAKE_PARTITION, { mayBlock });
    if (answer.made === null) {
      if (made.length > 0) await analyzeTables(database);
      return { made, kept: answer.kept };
    }
    made.push(answer.made);
  }
}

interface Answer {
  readonly made: string | null;
  readonly kept: readonly string[];
}
