import type { CorrectedRow, CorrectionRun, CorrectionStore, HourRange } from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { functionAnswer, type Json, optionalInteger } from './call-function.ts';
import { CORRECTED_ROWS, CORRECTION_RUNS } from './sql/batch.sql.ts';

/** How many rows one call returns. */
const PAGE_ROWS = 20_000;

/** The record of corrections in Postgres. */
export class PostgresCorrectionStore implements CorrectionStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  runs({ fromMs, toMs }: HourRange): Promise<readonly CorrectionRun[]> {
    return functionAnswer(this.#database, CORRECTION_RUNS, { fromMs, toMs });
  }

  async *rows(runId: number): AsyncIterable<CorrectedRow> {
    for (let skip = 0; ; skip += PAGE_ROWS) {
      const page = await functionAnswer<RowJson[]>(this.#database, CORRECTED_ROWS, { runId, skip, most: PAGE_ROWS });
      yield* page.map(correctedRow);
      if (page.length < PAGE_ROWS) return;
    }
  }
}

type RowJson = Json<CorrectedRow, 'oldValue' | 'newValue' | 'oldQuota' | 'newQuota', 'id'>;

function correctedRow({ type, id, ...values }: RowJson): CorrectedRow {
  return {
    type,
    id: id ?? undefined,
    oldValue: optionalInteger(values.oldValue),
    newValue: optionalInteger(values.newValue),
    oldQuota: optionalInteger(values.oldQuota),
    newQuota: optionalInteger(values.newQuota),
  };
}
