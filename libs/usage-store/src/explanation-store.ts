import type { ExplanationStore, StoredTotal, TotalKey } from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { answerOf, type Json, optionalInteger } from './call-function.ts';
import type { Patience } from './patience.ts';
import { EXPLAIN_TOTAL } from './sql/reconciliation.sql.ts';

/** Reads everything that Postgres stores of a total, by one function call, which reads one snapshot. */
export class PostgresExplanationStore implements ExplanationStore {
  readonly #database: Knex;
  readonly #patience: Patience | undefined;

  /** @param patience retries the call, which changes nothing. */
  constructor(database: Knex, patience?: Patience) {
    this.#database = database;
    this.#patience = patience;
  }

  async explain(key: TotalKey): Promise<StoredTotal> {
    const answer = await answerOf<TotalJson>(this.#database, EXPLAIN_TOTAL, { ...key }, this.#patience);
    const { windows, run, hourBytes, waitingEvents, limit, certificate } = answer;
    return {
      isKnown: answer.isKnown,
      belowFloor: answer.belowFloor,
      run: run ?? undefined,
      hourBytes: optionalInteger(hourBytes),
      waitingEvents,
      windows: windows.map(({ startMs, bytes }) => ({ startMs, bytes: BigInt(bytes) })),
      limit: limit === null ? undefined : { quota: optionalInteger(limit.quota) },
      quotaEvents: answer.quotaEvents.map(({ usage, quota, ...event }) => ({
        ...event,
        usage: BigInt(usage),
        quota: BigInt(quota),
      })),
      corrections: answer.corrections.map(({ oldBytes, newBytes, ...correction }) => ({
        ...correction,
        oldBytes: optionalInteger(oldBytes),
        newBytes: optionalInteger(newBytes),
      })),
      certificate: certificate ?? undefined,
    };
  }
}

interface TotalJson extends Pick<StoredTotal, 'isKnown' | 'belowFloor' | 'waitingEvents'> {
  readonly windows: readonly Json<StoredTotal['windows'][number], 'bytes'>[];
  readonly run: NonNullable<StoredTotal['run']> | null;
  readonly hourBytes: string | null;
  readonly limit: { readonly quota: string | null } | null;
  readonly quotaEvents: readonly Json<StoredTotal['quotaEvents'][number], 'usage' | 'quota'>[];
  readonly corrections: readonly Json<StoredTotal['corrections'][number], 'oldBytes' | 'newBytes'>[];
  readonly certificate: NonNullable<StoredTotal['certificate']> | null;
}
