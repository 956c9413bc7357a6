import {
  type Cause,
  CAUSES,
  type FileSinceRun,
  type HourDifference,
  type HourRange,
  type ReconciliationRecord,
  type ReconciliationStore,
  type TypeDifference,
} from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { arrayOfNumbers } from './binary-array.ts';
import { answerOf, callFunction, type Json } from './call-function.ts';
import type { Patience } from './patience.ts';
import { DIFFERENCES, HOURS_TO_RECONCILE, RECORD_RECONCILIATION } from './sql/reconciliation.sql.ts';

/**
 * The differences between speed and batch layer in Postgres. Each method is one function call, which reads one snapshot.
 */
export class PostgresReconciliationStore implements ReconciliationStore {
  readonly #database: Knex;
  readonly #patience: Patience | undefined;

  /** @param patience retries each call; all calls are idempotent. */
  constructor(database: Knex, patience?: Patience) {
    this.#database = database;
    this.#patience = patience;
  }

  async differences({ fromMs, toMs }: HourRange): Promise<readonly HourDifference[]> {
    const rows = await this.#answer<readonly DifferenceJson[]>(DIFFERENCES, { fromMs, toMs });
    return [...Map.groupBy(rows, ({ hourMs }) => hourMs)].map(([hourMs, types]) => ({
      hourMs,
      types: types.map(typeDifference),
      filesSinceRun: (types[0]?.filesSinceRun ?? []).map((file) => ({ ...file, eventBytes: BigInt(file.eventBytes) })),
    }));
  }

  dueHours(recentMs: number): Promise<readonly number[]> {
    return this.#answer<readonly number[]>(HOURS_TO_RECONCILE, { recentMs });
  }

  async record(records: readonly ReconciliationRecord[]): Promise<void> {
    const parameters = {
      hoursMs: arrayOfNumbers(records.map(({ hourMs }) => hourMs)),
      unexplained: arrayOfNumbers(records.map(({ unexplainedBytes }) => unexplainedBytes)),
      fileProblems: arrayOfNumbers(records.map(({ fileProblems }) => fileProblems)),
    };
    const call = () => callFunction(this.#database, RECORD_RECONCILIATION, parameters);
    await (this.#patience?.retry(call) ?? call());
  }

  #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    return answerOf(this.#database, statement, parameters, this.#patience);
  }
}

/** A row of pipeline.reconcile: bytes are texts, since a sum may exceed what a JSON number holds exactly. */
type DifferenceJson = Readonly<Record<Cause, string>> & {
  readonly hourMs: number;
  readonly type: TypeDifference['type'];
  readonly speed: string;
  readonly batch: string;
  readonly unexplainedSpeed: string;
  readonly unexplainedArchive: string;
  readonly unexplainedBatch: string;
  readonly filesSinceRun: readonly Json<FileSinceRun, 'eventBytes'>[];
};

function typeDifference(row: DifferenceJson): TypeDifference {
  const causes = Object.fromEntries(CAUSES.map((cause) => [cause, BigInt(row[cause])])) as Record<Cause, bigint>;
  const { unexplainedSpeed, unexplainedArchive, unexplainedBatch } = row;
  return {
    ...{ type: row.type, speed: BigInt(row.speed), batch: BigInt(row.batch), causes },
    unexplained: {
      speed: BigInt(unexplainedSpeed),
      archive: BigInt(unexplainedArchive),
      batch: BigInt(unexplainedBatch),
    },
  };
}
