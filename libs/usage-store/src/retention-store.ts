import type { RaisedFloor, RemovalOutcome, RetentionKind, RetentionStore } from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { answerOf, type Json } from './call-function.ts';
import { sqlStateOf } from './domain-error.ts';
import { analyzeTables } from './partitions.ts';
import { LOCK_NOT_AVAILABLE } from './passing-failure.ts';
import type { Patience } from './patience.ts';
import { RAISE_FLOOR, REMOVABLE_PARTITIONS, REMOVE_BELOW_FLOOR, RETENTION_TOTALS } from './sql/retention.sql.ts';

/** Retention floors and partitions in Postgres. Each method but `remove` is one function call. */
export class PostgresRetentionStore implements RetentionStore {
  readonly #database: Knex;
  readonly #patience: Patience | undefined;

  /** @param patience retries calls after a transient failure, except for a lock that is not free. */
  constructor(database: Knex, patience?: Patience) {
    this.#database = database;
    this.#patience = patience;
  }

  async raiseFloor(kind: RetentionKind, days: number, isDryRun: boolean): Promise<RaisedFloor> {
    const floor = await this.#answer<FloorJson>(RAISE_FLOOR, { kind, days, isDryRun });
    return {
      ...floor,
      floorMs: floor.floorMs ?? undefined,
      wantedMs: floor.wantedMs ?? undefined,
      obstacle: floor.obstacle ?? undefined,
    };
  }

  removable(kind: RetentionKind): Promise<readonly string[]> {
    return this.#answer<readonly string[]>(REMOVABLE_PARTITIONS, { kind });
  }

  /** Each step is a transaction of its own: the record of the bytes, the removal of the rows, that of the empty table. */
  async remove(partition: string, mayWait: boolean): Promise<RemovalOutcome> {
    let isEmptied = false;
    for (;;) {
      const step = await this.#removalStep(partition, mayWait);
      if (step === 'emptied' && !isEmptied) isEmptied = true;
      else if (step !== 'recorded') return isEmptied && step === 'busy' ? 'emptied' : step;
    }
  }

  #removalStep(partition: string, mayWait: boolean): Promise<RemovalOutcome | 'recorded'> {
    const call = async () => {
      try {
        return await answerOf<RemovalOutcome | 'recorded'>(this.#database, REMOVE_BELOW_FLOOR, { partition, mayWait });
      } catch (error) {
        if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
        return 'busy';
      }
    };
    return this.#patience?.retry(call) ?? call();
  }

  analyze(): Promise<void> {
    return analyzeTables(this.#database);
  }

  /** Events that were counted below the floor of windows: they are in the archive and in no table of totals. */
  async late(): Promise<LateEvents> {
    const { lateEvents, lateBytes } = await this.#answer<LateJson>(RETENTION_TOTALS, {});
    return { events: lateEvents, bytes: BigInt(lateBytes) };
  }

  #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    return answerOf(this.#database, statement, parameters, this.#patience);
  }
}

type FloorJson = Json<RaisedFloor, never, 'floorMs' | 'wantedMs' | 'obstacle'>;

export interface LateEvents {
  readonly events: number;
  readonly bytes: bigint;
}

interface LateJson {
  readonly lateEvents: number;
  readonly lateBytes: string;
}
