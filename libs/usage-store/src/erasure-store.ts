import type {
  ArchivedHour,
  ErasableFile,
  ErasedRecords,
  ErasureManifest,
  ErasureTables,
  ReadPosition,
  ReadPositions,
  Replacement,
} from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { answerOf, type Json } from './call-function.ts';
import type { Patience } from './patience.ts';
import {
  BEGIN_ERASURE,
  END_ERASURE,
  ERASE_HOUR,
  ERASE_RECORDS,
  HOURS_OF_USER,
  NEXT_ARCHIVED_HOUR,
  PROPOSE_REPLACEMENT,
  READ_POSITIONS,
  SETTLE_REPLACEMENT,
  WITHDRAW_REPLACEMENT,
} from './sql/erasure.sql.ts';

/** How many hours one call looks at: some 15 look-ups each. */
const HOURS_AT_ONCE = 1_000;

/**
 * Manifest and tables in Postgres for the erasure of a person. Each method is one call, with the rights of an operator;
 * `eraseRecords` is two.
 */
export class PostgresErasureStore implements ReadPositions, ErasureManifest, ErasureTables {
  readonly #database: Knex;
  readonly #archiveUrl: string;
  readonly #patience: Patience | undefined;

  /**
   * @param archiveUrl the archive that the program rewrites: a database of another archive is refused.
   * @param patience retries each call. All are idempotent, but for a repeated `begin`, which records one erasure more.
   */
  constructor(database: Knex, archiveUrl: string, patience?: Patience) {
    this.#database = database;
    this.#archiveUrl = archiveUrl;
    this.#patience = patience;
  }

  async begin(): Promise<number> {
    return Number(await this.#answer<string>(BEGIN_ERASURE, { archiveUrl: this.#archiveUrl }));
  }

  positions(): Promise<readonly ReadPosition[]> {
    return this.#answer(READ_POSITIONS, {});
  }

  async nextHour(fromMs: number): Promise<ArchivedHour | undefined> {
    const hour = await this.#answer<ArchivedHourJson | null>(NEXT_ARCHIVED_HOUR, { fromMs });
    if (hour === null) return undefined;
    return { ...hour, files: hour.files.map((file) => ({ ...file, eventBytes: BigInt(file.eventBytes) })) };
  }

  propose(replacement: Replacement): Promise<boolean> {
    return this.#answer(PROPOSE_REPLACEMENT, { ...replacement });
  }

  settle({ erasure, path, checksum }: Replacement): Promise<boolean> {
    return this.#answer(SETTLE_REPLACEMENT, { erasure, path, checksum });
  }

  async withdraw({ erasure, path, checksum }: Replacement): Promise<void> {
    await this.#answer(WITHDRAW_REPLACEMENT, { erasure, path, checksum });
  }

  async hoursOf(userId: string, fromMs: number) {
    const parameters = { userId, fromMs, most: HOURS_AT_ONCE };
    const { hoursMs, nextMs } = await this.#answer<HoursJson>(HOURS_OF_USER, parameters);
    return nextMs === null ? { hoursMs } : { hoursMs, nextMs };
  }

  async eraseHour(userId: string, hourMs: number): Promise<void> {
    await this.#answer(ERASE_HOUR, { userId, hourMs });
  }

  async eraseRecords(userId: string, erasure: number): Promise<ErasedRecords> {
    const records = await this.#answer<ErasedRecords>(ERASE_RECORDS, { userId });
    await this.#answer(END_ERASURE, { erasure });
    return records;
  }

  #answer<Answer>(statement: string, parameters: Record<string, Knex.RawBinding>): Promise<Answer> {
    return answerOf(this.#database, statement, parameters, this.#patience);
  }
}

type ArchivedHourJson = Omit<ArchivedHour, 'files'> & { readonly files: readonly Json<ErasableFile, 'eventBytes'>[] };

interface HoursJson {
  readonly hoursMs: readonly number[];
  readonly nextMs: number | null;
}
